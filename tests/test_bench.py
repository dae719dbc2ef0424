"""The benchmarks still run, and say that nothing went wrong. A minute each, so in the long mode only."""

import json
import os
import subprocess

import pytest

from marketplace.local import environment
from tests.rounds import is_long

pytestmark = pytest.mark.skipif(not is_long(), reason="benchmarks are tried out with --long only")


def test_payouts(tmp_path):
    figures = tmp_path / "figures.json"
    command = ["./dev", "bench", "payouts", "--count", "30", "--json", str(figures)]
    own = {name: value for name, value in os.environ.items() if name not in environment.FROM_OUTSIDE}
    ended = subprocess.run(command, cwd=environment.ROOT, env=own, capture_output=True, text=True, timeout=300)
    assert figures.exists(), ended.stderr
    found = json.loads(figures.read_text())
    wrong = next(target for target in found["targets"] if target["name"] == "wrong")
    assert (wrong["value"], wrong["met"], found["count"], found["unpaid"]) == (0, True, 30, 0)
    assert found["rest"]["rate"] > 0

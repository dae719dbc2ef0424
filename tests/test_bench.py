"""The benchmarks still run, and say that nothing went wrong. A minute each, so in the long mode only."""

import json
import os
import subprocess

import pytest

from marketplace.local import environment
from tests.rounds import is_long

pytestmark = pytest.mark.skipif(not is_long(), reason="benchmarks are tried out with --long only")


def figures_of(folder, *command):
    """What `./dev bench …` wrote, as one calls it from a shell."""
    figures = folder / "figures.json"
    own = {name: value for name, value in os.environ.items() if name not in environment.FROM_OUTSIDE}
    ended = subprocess.run(
        ["./dev", "bench", *command, "--json", str(figures)],
        cwd=environment.ROOT, env=own, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert figures.exists(), ended.stderr
    return json.loads(figures.read_text())


def test_payouts(tmp_path):
    found = figures_of(tmp_path, "payouts", "--count", "30")
    wrong = next(target for target in found["targets"] if target["name"] == "wrong")
    assert (wrong["value"], wrong["met"], found["count"], found["unpaid"]) == (0, True, 30, 0)
    assert found["rest"]["rate"] > 0


def test_browse_at_two_scales(tmp_path):
    found = figures_of(tmp_path, "browse", "--projects", "100,200", "--requests", "6")
    assert set(found["scales"]) == {"100", "200"}
    names = [target["name"] for target in found["targets"]]
    assert len(names) == len(set(names)) > 50
    assert all(target["met"] for target in found["targets"] if target["name"].endswith("queries"))


def test_match(tmp_path):
    found = figures_of(tmp_path, "match", "--students", "300", "--projects", "210", "--rounds", "5")
    assert all(target["value"] > 0 for target in found["targets"])


def test_notify(tmp_path):
    found = figures_of(tmp_path, "notify", "--count", "50")
    assert next(target for target in found["targets"] if target["name"] == "wrong")["value"] == 0

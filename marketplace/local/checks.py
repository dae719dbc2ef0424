"""Everything that can be said about the code without running its tests, in about the time it takes to read this."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from marketplace.local import environment
from marketplace.local.manage import MANAGE

BIN = Path(sys.executable).parent
AT_ONCE = 2


@dataclass
class Check:
    name: str
    command: list
    environment: dict


@dataclass
class Outcome:
    check: Check
    code: int
    output: str
    seconds: float


def run_checks(data, addresses):
    """Run them all, whatever the earlier ones say; returns the exit code of the first that failed."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = []
        for outcome in pool.map(perform, all_checks(data, addresses)):
            report(outcome)
            outcomes.append(outcome)
    return next((outcome.code for outcome in outcomes if outcome.code), 0)


def all_checks(data, addresses):
    local = environment.for_tests(data, addresses)
    production = environment.for_production_checks(data, addresses)
    return [
        Check("lint", [BIN / "ruff", "check", "--output-format", "concise", "."], local),
        Check("format", [BIN / "ruff", "format", "--check", "--output-format", "concise", "."], local),
        Check("import order", [BIN / "lint-imports", "--no-logo"], local),
        Check("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"], local),
        Check("production settings", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], production),
        Check("templates", [*MANAGE, "compile_templates"], local),
    ]


def perform(check):
    began = time.monotonic()
    done = subprocess.run(
        check.command,
        env=check.environment,
        cwd=environment.ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    return Outcome(check, done.returncode, done.stdout, time.monotonic() - began)


def report(outcome):
    print_step(outcome.check.name, outcome.code, outcome.seconds)
    if outcome.code:
        command = " ".join(Path(word).name for word in map(str, outcome.check.command))
        print("".join(f"    {line}\n" for line in [f"$ {command}", *outcome.output.rstrip().splitlines()]), flush=True)


def print_step(name, code, seconds):
    print(f"{'FAILED' if code else 'ok':<7} {name:<22} {seconds:6.1f} s", flush=True)

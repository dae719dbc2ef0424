"""A browser for the browser tests: found, else installed; never silently skipped."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from marketplace.local.environment import ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
BROWSERS = ROOT / ".tools" / "browsers"
QUIET = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ADVICE = """No Chromium or Chrome was found, and none could be installed. Do one of these and run the tests again:
  install one         apt-get install chromium, dnf install chromium, brew install --cask chromium
  name the one here   CHROME_BIN=/path/to/chrome ./dev test
What was tried:
"""


class NoBrowser(Exception):
    pass


def launch_options():
    """For `playwright.chromium.launch(**launch_options())`. Raises NoBrowser where there is none."""
    found = find()
    if found is None:
        raise NoBrowser(ADVICE + "  nothing: use ./dev test, which installs one")
    return {"executable_path": found, "args": [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]}


def find():
    """The path of a browser that starts, or None."""
    named = os.environ.get("CHROME_BIN")
    if named:
        if not starts(named):
            raise NoBrowser(f"CHROME_BIN is {named}, which does not start.")
        return named
    on_path = filter(None, map(shutil.which, NAMES))
    return next(filter(starts, (*on_path, *MAC_APPLICATIONS, *downloaded())), None)


def starts(program):
    """A name on PATH may be a stub that only says how to install the real one."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def downloaded():
    for name in ("chrome-headless-shell", "headless_shell", "chrome"):
        yield from sorted(map(str, BROWSERS.glob(f"chromium*/*/{name}")), reverse=True)


def find_or_install():
    found = find()
    tried = []
    for attempt in installations() if found is None else ():
        print(f"Installing a browser for the tests: {' '.join(attempt)}", flush=True)
        done = subprocess.run(attempt, env=installing(), capture_output=True, text=True, errors="replace")
        found = find()
        if found:
            break
        tried.append(f"  {' '.join(attempt)}\n    {(done.stdout + done.stderr).strip()[-300:]}")
    if found is None:
        raise NoBrowser(ADVICE + "\n".join(tried))
    return found


def installations():
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
        yield install
        yield ["apt-get", "update"]
        yield install
    yield [sys.executable, "-m", "playwright", "install", "chromium-headless-shell"]


def installing():
    return {**os.environ, "PLAYWRIGHT_BROWSERS_PATH": str(BROWSERS), "DEBIAN_FRONTEND": "noninteractive"}


def needs_browser(arguments):
    """Unless the arguments name other files only, the browser tests are among them."""
    paths = [Path(word.split("::")[0]) for word in arguments if Path(ROOT / word.split("::")[0]).exists()]
    return not paths or any("browser" in path.parts or path.parts in {(), ("tests",)} for path in paths)


if __name__ == "__main__":
    print(find_or_install())

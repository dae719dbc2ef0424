"""What benchmarks of a running site share: saying how far they are, waiting, and the table of targets."""

import json
import time


class Progress:
    """`say(text)` prints it with the time; `often=True` for what changes all the time: every two seconds at most."""

    def __init__(self):
        self.said_at = 0.0

    def __call__(self, text, *, often=False):
        if not often or time.monotonic() - self.said_at > 2:
            self.said_at = time.monotonic()
            print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def wait(left, say, what, patience):
    """Until `left()` is zero, or has not changed for `patience` seconds. Returns what is left."""
    known, since = None, time.monotonic()
    while count := left():
        if count != known:
            known, since = count, time.monotonic()
        elif time.monotonic() - since > patience:
            return count
        say(f"{count:,} {what}", often=True)
        time.sleep(0.1)
    return 0


def show_targets(targets):
    print(f"\n{'target':<28}{'value':>10}{'limit':>10}  unit")
    for target in targets:
        line = f"{target['name']:<28}{target['value']!s:>10}{target['limit']:>10}  {target['unit']}"
        print(line + ("" if target["met"] else "  NOT MET"))


def conclude(targets, figures, path):
    """Write both to `path`, if there is one; the exit code."""
    if path:
        with open(path, "w") as file:
            json.dump({"targets": targets, **figures}, file, indent=2)
            file.write("\n")
    return 0 if all(target["met"] for target in targets) else 1

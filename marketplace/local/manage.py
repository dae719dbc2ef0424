"""`./dev manage …`: manage.py with the servers up, joining those of a running `./dev run` where there is one."""

import signal
import subprocess
import sys
from contextlib import contextmanager

from marketplace.local import environment
from marketplace.local.processes import Family
from marketplace.local.servers import servers

MANAGE = (sys.executable, "manage.py")
DEFAULT_PORT = 8000
DEFAULT_SIMULATOR_PORT = 8100


def manage(data, arguments):
    with data.joined() as running:
        if running:
            return call([*MANAGE, *arguments], {**environment.inherited(), **running})
    with own_servers(data) as started:
        return call([*MANAGE, *arguments], started)


@contextmanager
def own_servers(data):
    with data.locked("./dev manage"), family(data) as children, servers(data, children) as addresses:
        started = environment.for_run(data, addresses, port=DEFAULT_PORT, simulator_port=DEFAULT_SIMULATOR_PORT)
        data.announce({key: value for key, value in started.items() if key not in environment.inherited()})
        try:
            yield started
        finally:
            data.wait_for_users()


@contextmanager
def family(data=None):
    """With a locked data folder: its lock is kept until the last child is gone."""
    children = Family(data.lock if data else None)
    try:
        yield children
    finally:
        children.close()


def call(command, env):
    """In the foreground, with the terminal: a Ctrl-C is for the command, and we wait for what it makes of it."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run(command, env=env, cwd=environment.ROOT).returncode
    finally:
        signal.signal(signal.SIGINT, before)

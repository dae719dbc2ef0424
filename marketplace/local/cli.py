"""./dev: start the whole project, test it, and a few commands more.

  ./dev run [--port N] [--data DIR] [--fresh] [--no-demo]
        Start everything and print where to look. The port is 8000 (or the next free one), the data is kept
        in .data. --fresh throws that data away first; --no-demo leaves out the demo people. Ctrl-C stops it all.
  ./dev test [--long] [PYTEST ARGUMENTS]
        All checks, then the tests, in servers of their own. --long: races and random sequences in many more
        rounds (minutes to hours; LONG_TESTS=1 says the same).
  ./dev pytest [--long] [PYTEST ARGUMENTS]
        Only the tests: the quick loop.
  ./dev check
        Only the checks: ruff, import order, migrations, production settings, templates.
  ./dev manage [--data DIR] COMMAND …
        Django's manage.py with the servers up (those of a running ./dev run, else its own).
  ./dev bench NAME [ARGUMENTS]
        Run tests/bench/NAME.py in servers of its own; without a name, list them. NAME --help says what it takes.
  ./dev chaos [--engagements N] [--seed S] [--minutes M] [--json FILE] [--naive] [--keep DIR]
        People at work while processes are killed and Stripe fails; then the books must agree (docs/chaos.md).
  ./dev reset [--data DIR] [--yes]
        Remove the local data.

With DATABASE_URL or REDIS_URL set, those servers are used instead of private ones.
"""

import argparse
import signal
import sys

from marketplace.local.chromium import NoBrowser
from marketplace.local.datadir import DataFolder, DataFolderBusy
from marketplace.local.environment import ROOT
from marketplace.local.ports import HIGHEST, NoFreePort
from marketplace.local.postgres import PostgresError
from marketplace.local.redis_server import RedisError


class UsageError(Exception):
    pass


def main(arguments):
    signal.signal(signal.SIGTERM, stop_tidily)
    signal.signal(signal.SIGHUP, stop_tidily)
    name, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    command = COMMANDS.get(name)
    if command is None:
        print(f"There is no ./dev {name}.\n\n{__doc__}", file=sys.stderr)
        return 2
    try:
        return command(rest)
    except UsageError as error:
        print(f"./dev {name}: {error}\n\n{__doc__}", file=sys.stderr)
        return 2
    except (DataFolderBusy, NoBrowser, NoFreePort, PostgresError, RedisError) as error:
        print(f"./dev {name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def stop_tidily(number, _frame):
    raise SystemExit(128 + number)


def run(arguments):
    from marketplace.local.run import run

    parser = argparse.ArgumentParser(prog="./dev run")
    parser.add_argument("--port", type=port, help="the first port to try (8000)")
    parser.add_argument("--data", default=ROOT / ".data", help="where the data is kept (.data)")
    parser.add_argument("--fresh", action="store_true", help="throw the data away first")
    parser.add_argument("--no-demo", action="store_true", help="without demo people and projects")
    chosen = parser.parse_args(arguments)
    return run(DataFolder(chosen.data), port=chosen.port, fresh=chosen.fresh, demo=not chosen.no_demo)


def port(text):
    if not text.isdecimal() or not 1 <= int(text) <= HIGHEST:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to {HIGHEST}")
    return int(text)


def manage(arguments):
    from marketplace.local.manage import manage

    data, rest = data_folder(arguments)
    return manage(data, rest)


def test(arguments):
    from marketplace.local.testing import test

    return test(without_dashes(arguments))


def check(arguments):
    from marketplace.local.testing import check

    if arguments:
        raise UsageError(f"unknown: {' '.join(arguments)}")
    return check()


def pytest(arguments):
    from marketplace.local.testing import pytest, temporary_servers

    with temporary_servers("./dev pytest") as (data, addresses):
        return pytest(without_dashes(arguments), data, addresses)


def bench(arguments):
    from marketplace.local.testing import bench

    return bench(arguments)


def chaos(arguments):
    from marketplace.local.chaos.command import chaos

    parser = argparse.ArgumentParser(prog="./dev chaos")
    parser.add_argument("--engagements", type=int, default=60, help="how many are lived through (60)")
    parser.add_argument("--seed", type=int, default=1, help="decides what people do and what breaks (1)")
    parser.add_argument("--minutes", type=float, help="how long things break (1.2 seconds per engagement)")
    parser.add_argument("--json", help="write all figures into this file as well")
    parser.add_argument("--naive", action="store_true", help="pay the usual way instead: this must fail")
    parser.add_argument("--keep", help="keep data and logs in this folder")
    return chaos(parser.parse_args(arguments))


def without_dashes(arguments):
    """`./dev test -- tests/x.py` is the same as `./dev test tests/x.py`."""
    return arguments[1:] if arguments[:1] == ["--"] else arguments


def reset(arguments):
    from marketplace.local.servers import remove_everything

    data, rest = data_folder(arguments)
    if rest not in ([], ["--yes"]):
        raise UsageError(f"unknown: {' '.join(rest)}")
    with data.locked("./dev reset"):
        if not rest and input(f"Remove the marketplace in {data.path}? Type yes: ").strip() != "yes":
            print("Nothing was removed.")
            return 1
        remove_everything(data)
    print(f"Removed the marketplace in {data.path}.")
    return 0


def data_folder(arguments):
    """A leading `--data DIR` names the data folder; everything after it belongs to the command."""
    if arguments and arguments[0].startswith("--data="):
        return DataFolder(arguments[0].removeprefix("--data=")), arguments[1:]
    if arguments and arguments[0] == "--data":
        if len(arguments) < 2:
            raise UsageError("--data needs a folder")
        return DataFolder(arguments[1]), arguments[2:]
    return DataFolder(ROOT / ".data"), arguments


def show_help(_arguments=()):
    print(__doc__)
    return 0


COMMANDS = {
    "run": run,
    "test": test,
    "check": check,
    "pytest": pytest,
    "bench": bench,
    "chaos": chaos,
    "manage": manage,
    "reset": reset,
    "help": show_help,
    "--help": show_help,
    "-h": show_help,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

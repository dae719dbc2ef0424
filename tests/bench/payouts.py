"""./dev bench payouts [--count 10000] [--json FILE]: from approvals to confirmed transfers.

A site of its own (PostgreSQL as durable as in production, Valkey, the simulator, one web process for its webhooks, one
Celery worker with two processes). This process approves, one after the other, as fast as it can; the workers transfer;
a payout counts when it reads Paid. The floor is the official SDK alone making as many transfers at the same simulator
with two processes. First a tenth of the count, then the rest on top of it: growth is what the second is slower.
"""

import argparse
import sys

from tests.bench._report import Progress, conclude, show_targets
from tests.bench._site import last_words, running_site

LIMITS = {"share_of_floor": 0.1, "database_ms_per_payout": 25, "growth": 0.8}


def main():
    parser = argparse.ArgumentParser(prog="./dev bench payouts", description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=10_000, help="payouts in all (10000)")
    parser.add_argument("--json", metavar="FILE", help="write targets and figures there")
    parser.add_argument("--statements", type=int, default=0, metavar="N", help="show the N longest statements")
    options = parser.parse_args()
    with running_site():
        figures = measure(options.count, options.statements)
    targets = judge(figures)
    show(figures, targets)
    return conclude(targets, figures, options.json)


def measure(count, statements):
    from tests.bench import _stages as stages

    few, say = max(count // 10, 1), Progress()
    first = stages.run("first", few, say)
    rest = stages.run("rest", count - few, say, statements)
    growth = round(rest["rate"] / first["rate"], 3)
    return {"count": count, "first": first, "rest": rest, "growth": growth, **stages.books()}


def judge(figures):
    rest = figures["rest"]
    values = {
        "share_of_floor": (rest["share_of_floor"], "of the bare SDK's rate", True),
        "database_ms_per_payout": (rest["database_ms_per_payout"], "ms", False),
        "growth": (figures["growth"], "of the rate at a tenth", True),
    }
    targets = [
        {
            "name": name, "value": value, "limit": LIMITS[name], "unit": unit,
            "met": value is not None and (value >= LIMITS[name] if at_least else value <= LIMITS[name]),
        }
        for name, (value, unit, at_least) in values.items()
    ]  # fmt: skip
    wrong = figures["unpaid"] + figures["paid_twice"] + figures["ledger_sum"] + figures["left_to_the_sweep"]
    return [*targets, {"name": "wrong", "value": wrong, "limit": 0, "unit": "rows or cents", "met": wrong == 0}]


def show(figures, targets):
    print(f"\n{'':<44}{'first':>12}{'rest':>12}")
    for name in figures["first"]:
        values = [figures[stage][name] for stage in ("first", "rest")]
        print(f"{name.replace('_', ' '):<44}" + "".join(f"{'-' if value is None else value:>12}" for value in values))
    show_targets(targets)
    if figures["left_to_the_sweep"] or figures["unpaid"]:
        print(last_words(), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())

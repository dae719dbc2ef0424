"""The figures of a run: for people on the screen, for machines in a file. Units are in the names."""

import json
import statistics
import time
from collections import Counter
from pathlib import Path

from marketplace.local.chaos.recovery import PROMISED

FIVE = {
    "double_payments": "double payments",
    "lost_payments": "lost payments",
    "ledger_sum_minor_units": "ledger sum (minor units)",
    "drift_minor_units": "drift against Stripe's book (minor units)",
    "stuck_operations": "stuck operations",
}
SHOWN = 12  # details of each kind


def figures_of(run):
    from marketplace.local.chaos.people import requests_made

    options, verdict, five = run.options, run.verdict, run.verdict.figures()
    kills = Counter(kill.kind for kill in run.recovery.kills)
    faults = faults_of(run)
    problems = problems_of(run, requests_made)
    return {
        "passed": verdict.is_clean and not problems,
        "seed": options.seed,
        "naive": options.naive,
        "engagements": options.engagements,
        "seconds_of_faults": round(run.seconds),
        "seconds_to_quiet": round(run.seconds_to_quiet, 1),
        "seconds_altogether": round(time.monotonic() - run.began),
        "engagements_by_end": dict(Counter(row["status"] for row in run.view.rows.values()).most_common()),
        "change_orders": run.facts.change_orders,
        "movements": run.facts.movements,
        "payouts_frozen_times": run.facts.freezes,
        "ended_by_themselves": dict(sorted(run.stack.ended_by_themselves.items())),
        "kills": sum(kills.values()),
        "kills_by_process": dict(sorted(kills.items())),
        "recovery_seconds": recovery_of(run.recovery.kills),
        "faults": sum(faults.values()),
        "faults_by_kind": faults,
        **requests_of(requests_made),
        **five,
        "details": {name: [" ".join(map(str, row)) for row in getattr(verdict, name)] for name in
                    ("double", "lost", "drift", "stuck")},
        "problems": problems,
    }  # fmt: skip


def requests_of(made):
    return {
        "requests": made.sent,
        "requests_failed": made.failed,
        "requests_tried_again": made.retried,
        "requests_failed_by_kind": {
            "no_answer": made.by_end["no answer"],
            "unavailable_503": made.by_end["unavailable"],
            "error_500": made.by_end["error"],
        },
        "requests_refused": dict(made.refused.most_common()),
    }


def faults_of(run):
    deliveries = Counter(row["state"] for row in run.deliveries)
    doubled = Counter((row["event"], row["endpoint"]) for row in run.deliveries)
    late = sum(row["attempts"] == 1 and row["due"] - row["created"] > 0.5 for row in run.deliveries)
    counted = run.tally + Counter(
        {
            "webhooks: lost": deliveries["lost"],
            "webhooks: doubled": sum(count - 1 for count in doubled.values()),
            "webhooks: late, out of order": late,
        }
    )
    return {kind: count for kind, count in sorted(counted.items()) if count}


def recovery_of(kills):
    """By process: the median and the longest of the kills during which nothing else was broken, and of all."""
    found = {}
    for kind in sorted({kill.kind for kill in kills}):
        times = [kill.seconds for kill in kills if kill.kind == kind and kill.seconds is not None]
        alone = [kill.seconds for kill in kills if kill.kind == kind and kill.alone and kill.seconds is not None]
        found[kind] = {
            "kills": sum(kill.kind == kind for kill in kills),
            "undisturbed": len(alone),
            "median": round(statistics.median(alone), 2) if alone else None,
            "longest": round(max(alone), 2) if alone else None,
            "longest_with_other_trouble": round(max(times), 2) if times else None,
            "promised": PROMISED.get(kind),
        }
    return found


def problems_of(run, requests_made):
    """Whatever else must not be: a bug of the site, of the simulator or of this harness.

    A worker may end when its broker is gone (an error inside kombu); whoever runs it starts it again. It is shown.
    """
    problems = [f"harness: {text}" for text in [*run.troubling.failures, *run.acting.failures]]
    problems += [f"this story did not come to its end: {story}" for story in run.acting.running()]
    problems += [f"{count} × 500 at {path}" for path, count in requests_made.server_errors.items()]
    ended = run.stack.ended_by_themselves.items()
    problems += [f"{name} ended by itself {count} times" for name, count in ended if not name.startswith("worker")]
    problems += [f"{kill.name} did not come back" for kill in run.recovery.waiting()]
    problems += [f"simulator: {text}" for text in run.health["violations"]]
    if run.health["bugs"]:
        problems.append(f"simulator: {run.health['bugs']} bugs, see its log")
    return problems


def write(figures, path):
    Path(path).write_text(json.dumps(figures, indent=2) + "\n")


def show(figures):
    print("\n" + "\n".join(lines_of(figures)), flush=True)


def lines_of(figures):
    title = "Chaos, the usual way of paying" if figures["naive"] else "Chaos"
    yield f"{title}: seed {figures['seed']}, {figures['engagements']} engagements, {figures['seconds_altogether']} s"
    yield row("engagements", listed(figures["engagements_by_end"]))
    yield row("change orders", listed(figures["change_orders"]))
    yield row("movements", str(sum(figures["movements"].values())))
    for kind, count in figures["movements"].items():
        yield row(f"  {kind.replace('_', ' ')}", str(count))
    yield row("kills", f"{figures['kills']}: {listed(figures['kills_by_process'])}")
    for kind, times in figures["recovery_seconds"].items():
        yield row(f"  {kind} back after", recovery_line(times))
    yield row("ended by themselves, started again", listed(figures["ended_by_themselves"]))
    yield row("times that payouts were frozen", str(figures["payouts_frozen_times"]))
    yield row("faults", str(figures["faults"]))
    for kind, count in figures["faults_by_kind"].items():
        yield row(f"  {kind}", str(count))
    failed = listed(figures["requests_failed_by_kind"])
    yield row("requests", f"{figures['requests']:,}, failed {figures['requests_failed']:,} ({failed})")
    yield row("  tried again", f"{figures['requests_tried_again']:,}")
    yield row("quiet after", f"{figures['seconds_to_quiet']} s")
    yield ""
    for name, words in FIVE.items():
        yield row(words, str(figures[name]))
    for name, details in figures["details"].items():
        yield from (f"    {name}: {detail}" for detail in details[:SHOWN])
    yield from (f"    problem: {problem}" for problem in figures["problems"])
    yield ""
    yield "All well." if figures["passed"] else "NOT well."


def row(name, text):
    return f"  {name:<42} {text}"


def listed(counts):
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()) or "none"


def recovery_line(times):
    if times["median"] is None:
        return f"always with other trouble, at most {times['longest_with_other_trouble']} s"
    promised = f", promised {times['promised']:.0f} s" if times["promised"] else ""
    other = f"; with other trouble at most {times['longest_with_other_trouble']} s"
    return f"median {times['median']} s, longest {times['longest']} s ({times['undisturbed']} kills{promised}){other}"

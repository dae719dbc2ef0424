"""./dev bench match [--students 100000,1000000] [--projects 200000] [--rounds 300] [--json FILE]: whom to tell.

Random open projects are matched as the worker does it, one after the other, each in a transaction that commits: the
students are found and chosen, their matches and notifications written. The floor is finding and choosing alone. What
was written is removed afterwards, so that the next run sees the same country. Then as many random students are shown
what fits them (projects/for_you.py), one statement each. Milliseconds of wall time in one process, of a server that has
answered others before: one that was just started reads every page of the database from the disk's cache.
"""

import argparse
import json
import random
import resource
import sys
import time

from tests.bench._scale import say, scale

LIMITS = {"p50": 10, "p95": 35, "p99": 50}  # ms, notifications included
FOR_YOU = 5  # ms, p99
GROWTH = 2.5  # of the median time to find and choose, from the smallest number of students to the largest
MEMORY = 2 * 1024  # MiB of this process
WARM_UP = {"projects": 200, "students": 1_000}  # before those that count


def main():
    parser = argparse.ArgumentParser(prog="./dev bench match", description=__doc__.split("\n\n")[0])
    parser.add_argument("--students", default="100000,1000000", help="how many, several by commas (100000,1000000)")
    parser.add_argument("--projects", type=int, default=200_000, help="open projects (200000)")
    parser.add_argument("--rounds", type=int, default=300, help="projects that are matched (300)")
    parser.add_argument("--json", metavar="FILE", help="write targets and figures there")
    options = parser.parse_args()
    scales = {}
    sizes = sorted({int(size) for size in options.students.split(",")})
    for size in sizes:
        with scale(students=size, projects=options.projects):
            scales[size] = measure(options.rounds)
            show(size, scales[size])
    targets = judge(scales)
    for target in targets:
        print(f"{'met   ' if target['met'] else 'MISSED'}  {target['name']:<14} {target['value']:>9} {target['unit']}"
              f"  (limit {target['limit']})")  # fmt: skip
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"targets": targets, "scales": scales}, file, indent=2)
            file.write("\n")
    return 0 if all(target["met"] for target in targets) else 1


def measure(rounds):
    """{matched: percentiles in ms, found: percentiles in ms, told: notifications per project}"""
    from django.db import connection

    from marketplace.clock import now
    from projects import matching
    from projects.models import Match, Project

    chance = random.Random(1)
    open_ones, needed = list(Project.objects.open().values_list("pk", flat=True)), rounds + WARM_UP["projects"]
    if len(open_ones) < needed:
        raise SystemExit(
            f"{rounds} rounds need {needed} open projects, with those to warm up; there are {len(open_ones)}."
        )
    chosen = chance.sample(open_ones, needed)
    matched, found, told, before = [], [], [], Match.objects.count()
    try:
        for number, pk in enumerate(chosen):
            Project.objects.filter(pk=pk).update(matched_at=None)
            project, at = Project.objects.select_related("organization").get(pk=pk), now()
            began = time.perf_counter()
            matching.rank_students(project, at)
            ranked = time.perf_counter()
            matches = matching.match_project(project, at)
            ended = time.perf_counter()
            if number >= WARM_UP["projects"]:
                found.append(ranked - began)
                matched.append(ended - ranked)
                told.append(len(matches))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM notifications_notification")
            cursor.execute("DELETE FROM projects_match")
            cursor.execute("DELETE FROM activity_event")
            cursor.execute("UPDATE projects_project SET matched_at = opened_at WHERE matched_at IS NULL")
    assert before == 0, "another run left matches behind"
    return {
        "for_you": percentiles(shown(rounds, chance)), "matched": percentiles(matched),
        "found": percentiles(found), "told": sum(told), "projects": rounds,
        "nobody": told.count(0), "memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def shown(rounds, chance):
    """Seconds to find what fits, for each of so many students who have shown something."""
    from marketplace.accounts.models import Student
    from marketplace.clock import now
    from projects.for_you import fitting
    from projects.models import Candidate

    last = Candidate.objects.latest("pk").pk
    near = (
        Candidate.objects.filter(pk__gte=chance.randint(1, last)).first().pk
        for _round in range(rounds + WARM_UP["students"])
    )
    students, taken = [Student.objects.get(pk=pk) for pk in near], []
    for student in students:
        began = time.perf_counter()
        fitting(student, at=now())
        taken.append(time.perf_counter() - began)
    return taken[WARM_UP["students"] :]


def percentiles(seconds):
    ordered = sorted(seconds)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: round(1000 * ordered[int(share * (len(ordered) - 1))], 2) for name, share in at.items()} | {
        "max": round(1000 * ordered[-1], 2)
    }


def show(size, figures):
    say(
        f"{size:,} students: {figures['told']:,} told of {figures['projects']} projects, {figures['nobody']} fit nobody"
    )
    for name, what in (("found", "found and chosen"), ("matched", "with notifications"), ("for_you", "for a student")):
        say(f"  {what}: " + ", ".join(f"{key} {value} ms" for key, value in figures[name].items()))


def judge(scales):
    smallest, largest = min(scales), max(scales)
    at_most = {f"match_{name}": (scales[largest]["matched"][name], limit, "ms") for name, limit in LIMITS.items()}
    at_most["for_you_p99"] = (scales[largest]["for_you"]["p99"], FOR_YOU, "ms")
    if smallest != largest:
        growth = scales[largest]["found"]["p50"] / scales[smallest]["found"]["p50"]
        at_most["growth"] = (round(growth, 2), GROWTH, f"× the median at {smallest:,}")
    at_most["memory"] = (scales[largest]["memory_mib"], MEMORY, "MiB")
    return [
        {"name": name, "value": value, "limit": limit, "unit": unit, "met": value <= limit}
        for name, (value, limit, unit) in at_most.items()
    ]


if __name__ == "__main__":
    sys.exit(main())

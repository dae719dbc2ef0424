"""75 searches as they come: five texts, five sets of filters, three orders; the time of their statements alone."""

import statistics
import time
from dataclasses import replace

from django.db import connection

from tests.bench._pages import WORDS, column, word_of

REPEATS = 5  # of each; the middle one counts


def measure():
    """{"p50", "p95", "max"} in milliseconds."""
    from marketplace.clock import now
    from projects.search import front, samples, statement

    taken = []
    for filters in combinations():
        for sort in ("newest", "closing", "relevance" if filters.q else "pay"):
            first = front.first_of(samples.walked(sort), now())
            taken.append(usual(statement.find, filters, at=now(), sort=sort, size=20, first=first))
    return {"p50": round(statistics.median(taken), 2)} | worst(taken)


def usual(act, *arguments, **named):
    """Milliseconds of the middle one of REPEATS calls."""
    times = []
    for _repeat in range(REPEATS):
        connection.queries_log.clear()
        began = time.perf_counter()
        act(*arguments, **named)
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


def worst(taken):
    ordered = sorted(taken)
    return {"p95": round(ordered[int(0.95 * (len(ordered) - 1))], 2), "max": round(ordered[-1], 2)}


def typed():
    """{"p95", "max"} in milliseconds of the suggestions for what is typed: beginnings of words of every frequency."""
    from marketplace.clock import now
    from projects.search import front
    from projects.search.suggesting import suggestions

    at = now()
    front.kept["opened_at"] = front.Kept(at, front.first_of("opened_at", at))
    words = [word_of(rank) for rank in (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 25_000)]
    texts = [word[:letters] for word in words for letters in range(1, 9)] + [" ".join(words[:2]), " ".join(words)]
    return worst([usual(suggestions, text, at) for text in texts])


def combinations():
    """25 Filters."""
    from django.http import QueryDict

    from projects.search.filters import parse

    skills = column("SELECT slug FROM skills_skill WHERE id - (SELECT min(id) FROM skills_skill) IN (2, 300)")
    field = column("SELECT slug FROM skills_skillfamily ORDER BY id DESC LIMIT 1")[0]
    sets = ["", f"skill={skills[0]}", "pay=500&where=remote", f"skill={skills[1]}&hours=16-24&within=14",
            f"field={field}&level=3&pay=300&hours=25-40"]  # fmt: skip
    words = [word_of(rank) for rank in WORDS.values()]
    texts = ["", *words, f"{words[0]} {words[1]}"]
    return [replace(parse(QueryDict(one)), q=text) for one in sets for text in texts]

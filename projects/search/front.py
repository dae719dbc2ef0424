"""What each process remembers for a minute, where more fits than is counted; what rows say is always read.

What the facets count is the same for everybody, and what finds much is asked for often: all projects, a frequent word
or filter. So is the order of the most relevant, which are ranked among the newest five hundred: one that opens joins
them within the minute, one that closes is gone at once. And where the first of each order stand: among them enough is
often found, so that a frequent word or filter need not be looked up in the whole catalogue.
"""

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from marketplace.replica import connection
from projects.search import samples, statement
from projects.search.filters import CLOSES, OPENED, PAID
from projects.search.order import COMPUTED

FRESH = timedelta(minutes=1)
FEW = 700  # listings that are looked at first
STEPS = 13
AT_MOST = 40  # tokens: where listings are few, their places are too many to ask for
AHEAD = timedelta(hours=2)  # what opens after a First was made is in it
# {column of an order: (kind of token, direction, SQL of the place at an edge, of the place where the order begins)}
PLACES = {
    "opened_at": (OPENED, "DESC", "projects_hours_place(edge)", "projects_hours_place(%(ahead)s)"),
    "closes_at": (CLOSES, "ASC", "projects_hours_place(edge)", "projects_hours_place(%(at)s)"),
    "fee_amount": (PAID, "DESC", "projects_pay_place(edge)", f"projects_pay_place({2**62})"),
}
EDGES = """
SELECT {place}, {beginning} FROM unnest(%(ranks)s) rank CROSS JOIN LATERAL (
    SELECT {column} AS edge FROM projects_listing WHERE closes_at > %(at)s ORDER BY {column} {way} OFFSET rank LIMIT 1
) one ORDER BY rank
"""
NUMBER = "SELECT count(*) FROM projects_listing l WHERE l.tokens && %s::int[]"


class Kept(NamedTuple):
    at: object
    value: object


class Counts(NamedTuple):
    """`facets`: what they count. `few`: how many of the first few fit, where those were looked at."""

    facets: dict
    few: int | None


kept = {}  # {column of an order: Kept samples.First}
counted = {}  # {(Filters, column of an order): Kept Counts}
ranked = {}  # {Filters: Kept [(relevance, id)], the first of what they find}
mended = {}  # {Filters: Kept text that found what these did not}
SEARCHES = 500  # of which counts are kept
SPARE = 10  # more of the most relevant than a page has: some may be closed by now


def find(filters, **asked):
    """As statement.find, which this asks for less while it knows the counts."""
    at, column, student = asked["at"], samples.walked(asked["sort"]), asked["student"]
    is_shared = asked["with_facets"] and not asked["alternatives"] and filters.fits is None
    first, search = fresh(kept, column, at), (filters, column) if is_shared else None
    counts = fresh(counted, search, at)
    is_ranked = is_shared and asked["sort"] == "relevance"
    best = fresh(ranked, filters, at) if is_ranked else None
    with_best = is_ranked and best is None
    if counts is None:
        found = statement.find(filters, **asked, first=first, with_best=with_best)
    else:
        found = (best and of_best(best, asked)) or again(filters, asked, counts, first, with_best)
        found = replace(found, total=statement.MOST, is_more=True)
    if found.best and found.is_more:
        keep(ranked, filters, Kept(at, found.best))
    if not is_fresh(kept.get(column), at) and (found.is_more or column in kept):
        kept[column] = Kept(at, first_of(column, at))
    if search is None or not found.is_more:
        return found
    if counts is None:
        counts = Counts({name: numbers for name, numbers in found.counts.items() if name != "fits"}, found.few)
        keep(counted, search, Kept(at, counts))
    return replace(found, counts=for_reader(counts.facets, student))


def again(filters, asked, counts, first, with_best):
    """Found of a search whose counts are known."""
    most = None if asked["sort"] in COMPUTED else asked["size"]
    if first is not None and counts.few is not None:
        first = first.ahead(counts.few, (most or statement.MOST) + 1)
    asked = asked | {"with_facets": False, "with_best": with_best}
    return statement.find(filters, **asked, most=most, first=first)


def of_best(best, asked):
    """Found of a page among these most relevant; None where they do not reach as far."""
    after, wanted = asked.get("after"), asked["size"] + 1
    if asked.get("before") is not None:
        return None
    if after is not None:
        best = [one for one in best if one < (after.value, after.pk)]
    if len(best) < wanted:
        return None
    found = statement.among(best[: wanted + SPARE], at=asked["at"], size=wanted, student=asked["student"])
    return found if len(found.rows) == wanted else None


def keep(memory, name, kept_now):
    if len(memory) >= SEARCHES:
        memory.clear()
    memory[name] = kept_now


def for_reader(counts, student):
    """What fits a student is no number that others share, so beside shared ones it has none."""
    return counts if student is None else counts | {"fits": None}


def fresh(memory, name, at):
    """What is remembered under this name, or None."""
    found = memory.get(name)  # once: another thread may clear it meanwhile
    return found.value if is_fresh(found, at) else None


def is_fresh(found, at):
    return found is not None and timedelta(0) <= at - found.at < FRESH


def first_of(column, at):
    """The First of the order by this column; None where there are not as many, or they are spread too far."""
    kind, way, place, beginning = PLACES[column]
    ranks = [int(FEW * samples.FOLD**step) for step in range(STEPS)]
    with connection().cursor() as cursor:
        statement = EDGES.format(column=column, way=way, place=place, beginning=beginning)
        cursor.execute(statement, {"at": at, "ahead": at + AHEAD, "ranks": ranks})
        steps = [cover(kind, edge, begins) for edge, begins in cursor]
        if len(steps) < len(ranks) or any(len(tokens) > AT_MOST for tokens in steps):
            return None
        cursor.execute(NUMBER, [steps[0]])  # the place at its edge holds more
        return samples.First(steps, [cursor.fetchone()[0], *ranks[1:]])


def cover(kind, edge, beginning):
    """Tokens of all places from the beginning of an order to its edge: coarse ones, and near the edge finer ones."""
    tokens = []
    for level in (2, 1, 0):
        at_edge, begins = edge >> 3 * level, beginning >> 3 * level
        for place in range(min(at_edge, begins), max(at_edge, begins) + 1):
            is_beside = level == 2 or place >> 3 == at_edge >> 3  # the others are in a coarser token
            if is_beside and (place != at_edge or level == 0):
                tokens.append(16 * place + kind + 3 * level)
    return tokens

"""Which pages `./dev bench browse` asks for, by whom, and how one round of requests is measured."""

import gzip
import http.client
import os
import random
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

from django.db import connection

try:
    from compression import zstd  # Python 3.14
except ImportError:
    from backports import zstd

ADDRESSES = 50  # of a page that is another one each time
HEADERS = {"X-Forwarded-Proto": "https", "Accept-Encoding": "gzip, deflate, br, zstd"}  # as browsers ask
NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SELECT $1", "SET ", "SELECT pg_stat")
WORDS = {"common": 1, "middling": 400, "rare": 9_000}  # ranks of the words of texts; the first that is no stop word


@dataclass(frozen=True)
class Page:
    """`floor`: what it is measured against, "list" or "detail"; None for a floor itself."""

    name: str
    addresses: list
    floor: str | None


def pages(*, for_student):
    """[Page] in the order in which they are asked for."""
    codes = column("SELECT code FROM projects_project WHERE status = 'open' ORDER BY hashint8(id) LIMIT %s", ADDRESSES)
    word = {name: word_of(rank) for name, rank in WORDS.items()}
    typo = word["middling"][:-2] + word["middling"][-1] + word["middling"][-2]
    skill = column("SELECT slug FROM skills_skill WHERE id = (SELECT min(id) + 5 FROM skills_skill)")[0]
    four = f"/projects/?skill={skill}&pay=300&hours=16-24&where=remote"
    return [
        Page("list floor", ["/floor/"], None),
        Page("browse", ["/projects/"], "list"),
        *(Page(f"search {name}", [f"/projects/?q={quote_plus(text)}"], "list") for name, text in word.items()),
        Page("search typo", [f"/projects/?q={quote_plus(typo)}"], "list"),
        Page("four filters", [four], "list"),
        *([Page("for you", ["/projects/for-you/"], "list")] if for_student else []),
        Page("detail floor", [f"/floor/{code}/" for code in codes], None),
        Page("project", [f"/projects/{code}/" for code in codes], "detail"),
    ]


def word_of(rank):
    return column(
        "SELECT word FROM bench_words WHERE rank >= %s AND to_tsvector('english', word) <> ''::tsvector"
        " ORDER BY rank LIMIT 1", rank)[0]  # fmt: skip


def column(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [value for (value,) in cursor]


class Reader:
    """Somebody with one connection to the server."""

    def __init__(self, port, session=""):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = HEADERS | ({"Cookie": f"sessionid={session}"} if session else {})
        self.is_student = bool(session)

    def read(self, address):
        """(seconds, body as it was sent: compressed)"""
        began = time.perf_counter()
        self.connection.request("GET", address, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        seconds = time.perf_counter() - began
        assert answer.status == 200, f"{address}: {answer.status} {plain(body)[:300]}"
        return seconds, body


def ask(reader, page, count, cpu):
    """Figures of so many requests, one after the other. `cpu()`: as cpu_used."""
    rng, seconds = random.Random(count), []
    addresses = rng.choices(page.addresses, k=count)
    for address in addresses[:3]:
        reader.read(address)
    statements_before, before = statements(), cpu()
    for address in addresses:
        taken, body = reader.read(address)
        seconds.append(taken)
    web, postgres = (1000 * used_since(was, now) / count for was, now in zip(before, cpu(), strict=True))
    return {
        "seconds": seconds, "web": web, "postgres": postgres, "queries": (statements() - statements_before) / count,
        "bytes": len(plain(body)), "sent": len(body), "gzip": len(gzip.compress(plain(body), 6)),
    }  # fmt: skip


def plain(body):
    """What was sent, unpacked; an error that comes before all else is not compressed."""
    return zstd.decompress(body) if body[:4] == b"\x28\xb5\x2f\xfd" else body


def forget_statements():
    """Count from zero. Only a server that was started to count can (testing.LIKE_PRODUCTION)."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        cursor.execute("SELECT pg_stat_statements_reset()")


def statements():
    """How many statements of this database were asked so far, but for those that only frame others."""
    return column(
        "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid"
        " WHERE d.datname = current_database() AND toplevel AND NOT query LIKE ANY (%s)"
        " AND query NOT LIKE '%%pg_stat_statements%%'",
        [f"{start}%" for start in NOT_COUNTED],
    )[0]


def cpu_used(session, database):
    """{process: seconds of CPU so far} of that session, and the same of the server's processes of that database."""
    web, postgres = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                web[folder.name] = run_time(folder)
            elif is_backend((folder / "cmdline").read_bytes(), database.encode()):
                postgres[folder.name] = run_time(folder)
    return web, postgres


def used_since(before, now):
    """Seconds, of the processes that are still there: a connection that has grown old is closed."""
    return sum(seconds - before.get(process, 0) for process, seconds in now.items())


def is_backend(words, database):
    """Not a worker of autovacuum, which comes and goes."""
    return database in words and b"autovacuum" not in words


def run_time(folder):
    """Seconds, to the nanosecond where Linux tells them."""
    try:
        return sum(int(path.read_text().split()[0]) for path in folder.glob("task/*/schedstat")) / 1e9
    except FileNotFoundError:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

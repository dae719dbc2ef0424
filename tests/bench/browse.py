"""./dev bench browse [--projects 1000,1000000] [--requests 300] [--json FILE]: what pages cost, and how it grows.

For each number one granian worker with production's settings answers one reader after the other, signed out and as a
student. Of all projects one in five is open, and there are as many students as projects. Pages are asked for in rounds,
the floors (_floors.py) and all scales in each, and the middle round counts, of ratios too, so that a busy moment of the
machine falls on all alike. CPU is that of the web process and of its PostgreSQL process, in milliseconds a request.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

from tests.bench._scale import say, scale

ROUNDS = 5
CPU = {"browse": 1.0, "search common": 1.5, "for you": 1.5, "project": 2.0}  # × the floor, at the largest scale
GROWTH = 1.15  # × its own cost at the smallest scale
QUERIES = {False: 3, True: 6}  # signed out, signed in
SIZES = {"bytes": 15 * 1024, "gzip": 4 * 1024}  # of a list
SQL = {"p95": 12, "max": 50}  # ms, over the combinations of _combinations.py
TYPED = {"p95": 15}  # ms
MEMORY = 2 * 1024  # MiB of this process
COLUMNS = ("cpu", "ratio", "web", "postgres", "queries", "bytes", "gzip", "sent", "p50", "p99", "rate")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench browse", description=__doc__.split("\n\n")[0])
    parser.add_argument("--projects", default="1000,100000,1000000", help="how many, several by commas")
    parser.add_argument("--requests", type=int, default=300, help="of each page by each reader (300)")
    parser.add_argument("--json", metavar="FILE", help="write targets and figures there")
    options = parser.parse_args()
    sizes = sorted({int(size) for size in options.projects.split(",")})
    with ExitStack() as stack:
        scales = measure({size: stack.enter_context(site(size)) for size in sizes}, options.requests)
    targets = judge(scales)
    for target in targets:
        print(f"{'met   ' if target['met'] else 'MISSED'}  {target['name']:<44} {target['value']:>9} {target['unit']}"
              f"  (limit {target['limit']})")  # fmt: skip
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"targets": targets, "scales": scales}, file, indent=2)
            file.write("\n")
    return 0 if all(target["met"] for target in targets) else 1


@contextmanager
def server(database):
    """Yields (port, process) of one worker on this database, with the settings of production."""
    from marketplace.local.manage import family
    from marketplace.local.redis_server import free_port
    from tests.bench._site import FOLDER, start, wait_for

    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()
    own = {"LOCAL": "0", "DATABASE_URL": address, "SITE_URL": "https://bench.example", "ALLOWED_HOSTS": "127.0.0.1",
           "STATIC_ROOT": str(FOLDER / "static"), "LOG_LEVEL": "ERROR"}  # fmt: skip
    before, port = dict(os.environ), free_port()
    os.environ |= own
    try:
        subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"], check=True)
        with family() as children:
            granian = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", port, "--workers", "1", "--log-level",
                       "error", "--blocking-threads", "1", "tests.bench._wsgi:application"]  # fmt: skip
            web = start(children, f"web-{database}", "granian", *(str(part) for part in granian))
            wait_for(port, [web], "healthz")
            yield port, web
            children.stop([web], grace=5)
    finally:
        os.environ.clear()
        os.environ |= before


class Site:
    """A database with a server on it, and who reads there."""

    def __init__(self, database, web):
        from tests.bench import _pages

        self.database, (port, self.process) = database, web
        self.readers = {"visitor": _pages.Reader(port), "student": _pages.Reader(port, session_of_a_student())}
        self.pages = {name: _pages.pages(for_student=reader.is_student) for name, reader in self.readers.items()}

    def use(self):
        from django.db import connection

        connection.close()
        connection.settings_dict["NAME"] = self.database

    def ask(self, name, requests):
        """{page: figures} of one round of this reader."""
        from tests.bench import _pages

        self.use()
        return {
            page.name: _pages.ask(
                self.readers[name], page, requests, lambda: _pages.cpu_used(self.process.pid, self.database)
            )
            for page in self.pages[name]
        }


@contextmanager
def site(size):
    with scale(students=size, projects=size // 5) as database, server(database) as web:
        yield Site(database, web)


def measure(sites, requests):
    """{size: {reader: {page: figures}, "sql": milliseconds, "typed": milliseconds, "memory": MiB}}"""
    import resource

    from tests.bench import _combinations, _pages

    for one in sites.values():
        one.use()
        _pages.forget_statements()
    scales = {size: {} for size in sites}
    for name in ("visitor", "student"):
        rounds = [
            {size: one.ask(name, max(requests // ROUNDS, 1)) for size, one in sites.items()} for _ in range(ROUNDS)
        ]
        for size, one in sites.items():
            figures = {page.name: summed([asked[size][page.name] for asked in rounds]) for page in one.pages[name]}
            for page in one.pages[name]:
                floor = figures.get(f"{page.floor} floor", figures[page.name])
                figures[page.name]["ratio"] = middle_ratio(figures[page.name], floor)
            scales[size][name] = figures
    for size, one in sites.items():
        say(f"{size:,}: 75 searches, in the database alone …")
        one.use()
        scales[size] |= {"sql": _combinations.measure(), "typed": _combinations.typed()}
        scales[size]["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        show(size, scales[size])
    return scales


def middle_ratio(figures, others):
    """How many times as much CPU as the others, in the middle round."""
    return round(
        statistics.median(one / other for one, other in zip(figures["rounds"], others["rounds"], strict=True)), 2
    )


def session_of_a_student():
    """The key of a session of somebody who has shown ten skills or so."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from marketplace.accounts.models import Student
    from marketplace.accounts.sessions import SessionStore

    (student,) = Student.objects.filter(user__email__endswith="@scale.example").order_by("pk")[9:10]
    session = SessionStore()
    session[SESSION_KEY] = str(student.user.pk)
    session[BACKEND_SESSION_KEY] = "marketplace.accounts.adapters.AuthenticationBackend"
    session[HASH_SESSION_KEY] = student.user.get_session_auth_hash()
    session.create()
    return session.session_key


def summed(rounds):
    """The middle of the rounds; latencies over all of them."""
    seconds = sorted(second for asked in rounds for second in asked["seconds"])
    middle = {name: statistics.median(asked[name] for asked in rounds) for name in ("web", "postgres", "queries")}
    return {
        "rounds": [asked["web"] + asked["postgres"] for asked in rounds],
        "cpu": round(statistics.median(asked["web"] + asked["postgres"] for asked in rounds), 2),
        **{name: round(value, 2) for name, value in middle.items()},
        **{name: rounds[-1][name] for name in ("bytes", "gzip", "sent")},
        "p50": round(1000 * statistics.median(seconds), 2),
        "p99": round(1000 * seconds[int(0.99 * (len(seconds) - 1))], 2),
        "rate": round(len(seconds) / sum(seconds)),
    }  # fmt: skip


def show(size, figures):
    for reader in ("visitor", "student"):
        print(f"\n{size:,} projects, {reader:<8}" + "".join(f"{name:>10}" for name in COLUMNS))
        for page, values in figures[reader].items():
            print(f"{page:<24}" + "".join(f"{values[name]:>10}" for name in COLUMNS))
    for name, what in (("sql", "SQL of the searches"), ("typed", "suggestions")):
        print(f"{what}, ms: " + ", ".join(f"{key} {value}" for key, value in figures[name].items()))
    sys.stdout.flush()


def judge(scales):
    smallest, largest = scales[min(scales)], scales[max(scales)]
    targets = []
    for reader in ("visitor", "student"):
        for page, values in largest[reader].items():
            targets += judged_page(reader, page, values, smallest[reader][page] if len(scales) > 1 else None)
    targets += [target(f"search SQL {name}", largest["sql"][name], limit, "ms") for name, limit in SQL.items()]
    targets += [target(f"typeahead {name}", largest["typed"][name], limit, "ms") for name, limit in TYPED.items()]
    return [*targets, target("memory", largest["memory"], MEMORY, "MiB")]


def judged_page(reader, page, values, small):
    if page.endswith("floor"):
        return []
    name, floor = f"{reader}: {page}", "D" if page == "project" else "F"
    found = [target(f"{name}, queries", values["queries"], QUERIES[reader == "student"], "")]
    if page in CPU:
        found.append(target(f"{name}, CPU", values["ratio"], CPU[page], f"× {floor}"))
    if small is not None:
        found.append(target(f"{name}, growth", middle_ratio(values, small), GROWTH, "× the smallest"))
    if page not in ("project", "for you"):
        found += [target(f"{name}, {size}", values[size], limit, "bytes") for size, limit in SIZES.items()]
    return found


def target(name, value, limit, unit):
    return {"name": name, "value": value, "limit": limit, "unit": unit, "met": value <= limit}


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    say(f"in {time.monotonic() - began:.0f} s")
    sys.exit(code)

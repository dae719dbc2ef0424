"""People in front of a browser: they read a page, fill in its form and send it. What broke, they try again later."""

import threading
from collections import Counter
from urllib.parse import urljoin, urlsplit

import requests

from marketplace.local.chaos.pages import form_with

PATIENCE = 12  # seconds; a browser would wait longer, a person not
connections = threading.local()


class Broke(Exception):
    """No answer, or one that says that the site has a problem: try again later."""


class NotOffered(Exception):
    """The page does not offer this (any more): somebody was faster, or the time is not there yet."""


class Requests:
    """How the requests of everybody ended."""

    def __init__(self):
        self.by_end, self.server_errors, self.refused, self.lock = Counter(), Counter(), Counter(), threading.Lock()
        self.retried = 0

    def note(self, end, path, status):
        with self.lock:
            self.by_end[end] += 1
            if status == 500:
                self.server_errors[shape_of(path)] += 1
            elif end == "refused":
                self.refused[f"{status} {shape_of(path)}"] += 1

    def note_retry(self):
        with self.lock:
            self.retried += 1

    @property
    def sent(self):
        return sum(self.by_end.values())

    @property
    def failed(self):
        return self.by_end["no answer"] + self.by_end["unavailable"] + self.by_end["error"]


requests_made = Requests()


class Person:
    """One signed-in browser. Several stories may use it at once, as a person has several tabs."""

    def __init__(self, site, user, session):
        self.site, self.user, self.email = site, user, user.email
        token = (session * 2)[:32]  # a CSRF cookie is any 32 letters and digits; pages answer with a masked one
        self.cookies = {"sessionid": session, "csrftoken": token}

    def get(self, path):
        return self.send("GET", path)

    def submit(self, path, wanted, answers=lambda form: {}):
        """Read the page, fill in the form `wanted` (its id or one of its fields) and send it.

        `answers(form)` returns what to change in it. Returns the answer, a redirect most times.
        Raises Broke, NotOffered.
        """
        page = self.get(path)
        form = form_with(page.text, wanted) if page.status_code == 200 else None
        if form is None:
            raise NotOffered(path)
        return self.send("POST", urljoin(path, form.action), form.values | answers(form))

    def send(self, method, path, data=None):
        """Raises Broke for whatever a person would try again: no answer, 5xx."""
        headers = {"Accept": "text/html", "Referer": self.site + path}
        try:
            answer = connection().request(
                method, self.site + path, data=data, headers=headers, cookies=self.cookies, timeout=PATIENCE,
                allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as error:
            requests_made.note("no answer", path, None)
            raise Broke(f"{method} {path}: {type(error).__name__}") from error
        status = answer.status_code
        end = {503: "unavailable"}.get(status, "error" if status >= 500 else "refused" if status >= 400 else "answered")
        requests_made.note(end, path, status)
        if status >= 500:
            raise Broke(f"{method} {path}: {status}")
        return answer


def connection():
    """One for each thread. Cookies are sent per request, so that nobody is somebody else."""
    if not hasattr(connections, "session"):
        connections.session = requests.Session()
        connections.session.trust_env = False
        connections.session.cookies.set_policy(NoCookies())
    return connections.session


class NoCookies(requests.cookies.cookielib.DefaultCookiePolicy):
    def set_ok(self, cookie, request):
        return False


def shape_of(path):
    """The address without its codes, so that equal ones count together."""
    parts = urlsplit(path).path.strip("/").split("/")
    return "/".join("…" if any(c.isdigit() for c in part) or len(part) == 10 else part for part in parts)

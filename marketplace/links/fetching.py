"""Read the title of a page that somebody links to, without being made to ask for anything else.

The name is resolved here, every address is judged, and the connection goes to a judged one: what the name means a
moment later does not matter. Each redirect is judged again. Time, size, content type and compression are limited.
"""

import http.client
import queue
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.conf import settings

from marketplace.links.addresses import is_public

SECONDS = 10  # for everything, redirects included
SILENCE = 5  # seconds between two answers of the server
SIZE = 512 * 1024  # bytes of the page that are read
REDIRECTS = 4
DESCRIPTION = 300  # characters
PORTS = {"http": 80, "https": 443}
MOVED = (301, 302, 303, 307, 308)


class Unreachable(Exception):
    """Why the page cannot be shown, in words for the student; `is_final`: asking again soon changes nothing."""

    def __init__(self, reason, *, is_final=True):
        super().__init__(reason)
        self.reason, self.is_final = reason, is_final


@dataclass(frozen=True)
class Page:
    title: str
    site: str
    description: str = ""


class Titles(HTMLParser):
    """The title, the description and the name of the site that a page gives itself."""

    def __init__(self):
        super().__init__()
        self.found, self.in_title = {}, False

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.in_title = tag == "title" and "title" not in self.found
        name = values.get("property") or values.get("name")
        if (
            tag == "meta"
            and name in ("og:title", "og:site_name", "og:description", "description")
            and values.get("content")
        ):
            self.found.setdefault(name, values["content"])

    def handle_endtag(self, tag):
        if tag == "title":
            self.in_title = False

    def handle_data(self, text):
        if self.in_title:
            self.found["title"] = self.found.get("title", "") + text


def fetch(url, *, may_ask=is_public, resolve=socket.getaddrinfo, ports=PORTS, seconds=SECONDS):
    """The Page behind a link. Raises Unreachable. `may_ask(address)` judges an address, `resolve` finds them."""
    end = time.monotonic() + seconds
    for _ in range(REDIRECTS + 1):
        target = _parts(url, ports)
        answer = _ask(target, _address(target, may_ask, resolve, end), end)
        if isinstance(answer, Page):
            return answer
        url = urljoin(url, answer)
    raise Unreachable("it leads from one address to the next without end")


def _parts(url, ports):
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        raise Unreachable("its address is not valid") from None
    if parts.scheme not in PORTS or not parts.hostname or port not in ports.values():
        raise Unreachable("only ordinary web addresses are opened")
    if parts.username or parts.password:
        raise Unreachable("its address holds a user name or a password")
    return parts._replace(netloc=f"[{parts.hostname}]:{port}" if ":" in parts.hostname else f"{parts.hostname}:{port}")


def _address(target, may_ask, resolve, end):
    """One judged address: where one of several is not public, none is asked."""
    try:
        host = target.hostname.encode("idna").decode() if not target.hostname.isascii() else target.hostname
        found = [row[4][0] for row in _resolved(resolve, host, target.port, end)]
    except TimeoutError:
        raise Unreachable("its name is not found in time", is_final=False) from None
    except (OSError, UnicodeError):
        raise Unreachable("there is no server of that name", is_final=False) from None
    if not found or not all(may_ask(address) for address in found):
        raise Unreachable("it leads to a private network")
    return found[0]


def _resolved(resolve, host, port, end):
    """What `resolve` says, or TimeoutError: it knows no time limit, so a thread asks, and is left behind when slow."""
    answer = queue.SimpleQueue()

    def ask():
        try:
            answer.put((resolve(host, port, type=socket.SOCK_STREAM), None))
        except Exception as error:  # it is raised below, where somebody waits for it
            answer.put((None, error))

    threading.Thread(target=ask, daemon=True, name="resolve").start()
    try:
        found, error = answer.get(timeout=max(end - time.monotonic(), 0))
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return found


class _Connection(http.client.HTTPConnection):
    """To the judged address, whatever the name means by now."""

    def __init__(self, target, address, seconds):
        super().__init__(target.hostname, target.port, timeout=min(SILENCE, seconds))
        self.target, self.address, self.line = target, address, None

    def connect(self):
        self.line = self.sock = socket.create_connection((self.address, self.target.port), self.timeout)
        if self.target.scheme == "https":
            context = ssl.create_default_context()
            name = self.target.hostname
            self.sock = context.wrap_socket(self.sock, server_hostname=name, do_handshake_on_connect=False)
            self.line = self.sock  # before the handshake, which may be slow on purpose
            self.sock.do_handshake()


def _ask(target, address, end):
    """A Page, or the address of a redirect."""
    left = end - time.monotonic()
    if left <= 0:
        raise Unreachable("it takes too long to answer", is_final=False)
    connection = _Connection(target, address, left)
    watch = threading.Timer(left, _hang_up, [connection])
    watch.start()
    try:
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        headers = {"User-Agent": f"{settings.SITE_NAME} link check ({settings.SITE_URL})", "Accept": "text/html",
                   "Accept-Encoding": "identity"}  # fmt: skip
        connection.request("GET", path, headers=headers)
        with connection.getresponse() as response:
            answer = _read(response, target.hostname)
        if time.monotonic() >= end:  # what was cut off looks like an end
            raise TimeoutError
        return answer
    except ssl.SSLCertVerificationError:
        raise Unreachable("its certificate is not valid") from None
    except (OSError, ValueError, AttributeError, http.client.HTTPException):
        reason = "it takes too long to answer" if time.monotonic() >= end else "its server does not answer as it should"
        raise Unreachable(reason, is_final=False) from None
    finally:
        watch.cancel()
        connection.close()
        if connection.line is not None:
            connection.line.close()


def _hang_up(connection):
    """`line` is kept: while the body is read, the connection itself has let go of its socket."""
    if connection.line is not None:
        try:
            connection.line.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _read(response, host):
    if response.status in MOVED and response.headers.get("Location"):
        return response.headers["Location"]
    if response.status in (401, 403, 407):
        raise Unreachable("it asks to sign in, or lets only some people in")
    if response.status in (404, 410):
        raise Unreachable("there is no such page")
    if response.status != 200:
        raise Unreachable(f"its server answered with an error ({response.status})", is_final=False)
    if response.headers.get_content_type() not in ("text/html", "application/xhtml+xml"):
        return Page("", host)  # a picture, a PDF: it opens, and has no title to show
    if response.headers.get("Content-Encoding", "identity") != "identity":
        return Page("", host)  # compressed although we asked it not to be: nothing is unpacked
    text = response.read(SIZE).decode(response.headers.get_content_charset() or "utf-8", errors="replace")
    titles = Titles()
    titles.feed(text)
    found = {name: " ".join(value.split()).replace("\x00", "") for name, value in titles.found.items()}
    title, said = (
        found.get("og:title") or found.get("title", ""),
        found.get("og:description") or found.get("description"),
    )
    return Page(title[:200], (found.get("og:site_name") or host)[:200], shortened(said or ""))


def shortened(text):
    """At most DESCRIPTION characters, cut between words where there are any."""
    if len(text) <= DESCRIPTION:
        return text
    cut = text[: DESCRIPTION - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"

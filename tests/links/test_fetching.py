"""Opening a link: real servers on this machine, which the tests alone may ask."""

import gzip
import socket
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from marketplace.links import fetching
from marketplace.links.fetching import Page, Unreachable, fetch

HOME = "127.0.0.1"


@contextmanager
def server(answer):
    """`answer(handler)` is given every request; yields the port and the list of paths that were asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, dict(self.headers)))
            with suppress(OSError):
                answer(self)

        def log_message(self, *words):
            return

    running = ThreadingHTTPServer((HOME, 0), Handler)
    running.daemon_threads = True
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield running.server_port, asked
    finally:
        running.shutdown()
        running.server_close()


def send(handler, body=b"", *, status=200, kind="text/html; charset=utf-8", **headers):
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def look(url, *ports, seconds=10, allowed=(HOME,), resolve=None):
    def all_here(host, port, **options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (HOME, port))]

    return fetch(url, may_ask=lambda address: address in allowed, resolve=resolve or all_here,
                 ports={str(port): port for port in ports}, seconds=seconds)  # fmt: skip


def refusal(url, *ports, **options):
    with pytest.raises(Unreachable) as caught:
        look(url, *ports, **options)
    return caught.value.reason


def test_the_title_and_the_site():
    html = "<head><title> Churn\n dashboard </title><meta property='og:site_name' content='Work &amp; Co'></head>ü"
    with server(lambda handler: send(handler, html.encode())) as (port, asked):
        assert look(f"http://work.example:{port}/a?b=c#d", port) == Page("Churn dashboard", "Work & Co")
        (path, headers) = asked[0]
    assert path == "/a?b=c"
    assert headers["Host"] == f"work.example:{port}"
    assert "link check" in headers["User-Agent"]
    assert not {"Cookie", "Authorization", "Referer"} & headers.keys()


@pytest.mark.parametrize(
    ("meta", "said"),
    [
        (
            "<meta property='og:description' content=' What I\n did '><meta name='description' content='Else'>",
            "What I did",
        ),
        ("<meta name='description' content='Made in a week'>", "Made in a week"),
        (f"<meta name='description' content='{'word ' * 100}'>", "word " * 58 + "word…"),
        (f"<meta name='description' content='{'w' * 400}'>", "w" * 299 + "…"),
        ("", ""),
    ],
)
def test_the_description(meta, said):
    with server(lambda handler: send(handler, meta.encode())) as (port, _):
        assert look(f"http://work.example:{port}/", port).description == said


def test_a_name_that_takes_its_time_is_left():
    """getaddrinfo knows no time limit; what it says too late is not asked for any more."""
    answered, started = threading.Event(), time.monotonic()

    def slow(host, port, **options):
        answered.wait(30)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (HOME, port))]

    try:
        with pytest.raises(Unreachable) as caught:
            look("http://slow.example:80/", 80, seconds=0.2, resolve=slow)
    finally:
        answered.set()
    assert (caught.value.reason, caught.value.is_final) == ("its name is not found in time", False)
    assert time.monotonic() - started < 10


def test_what_is_no_page_opens_without_a_title():
    with server(lambda handler: send(handler, b"%PDF", kind="application/pdf")) as (port, _):
        assert look(f"http://work.example:{port}/", port) == Page("", "work.example")


def test_a_redirect_is_followed_and_judged_again():
    def answer(handler):
        if handler.path == "/old":
            return send(handler, status=301, Location="/new")
        return send(handler, b"<title>New</title>")

    with server(answer) as (port, _):
        assert look(f"http://work.example:{port}/old", port).title == "New"


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:{port}/", "http://169.254.169.254/", "http://[::1]/", "http://0.0.0.0/", "http://2130706433/",
     "http://10.0.0.1/"],
)  # fmt: skip
def test_a_redirect_to_a_private_address_is_not_asked(target):
    """The first server may be asked, whatever the redirect names may not: judged by the real rule."""

    def resolve(host, port, **options):
        if host == "work.example":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (HOME, port))]
        return socket.getaddrinfo(host, port, **options)

    first = iter([True])  # this address is public once, for the page with the redirect
    with server(lambda handler: send(handler, status=302, Location=target.format(port=port))) as (port, asked):
        with pytest.raises(Unreachable, match="private network"):
            fetch(f"http://work.example:{port}/", resolve=resolve, ports={"http": 80, "test": port},
                  may_ask=lambda address: next(first, False) or fetching.is_public(address))  # fmt: skip
        assert len(asked) == 1


@pytest.mark.parametrize(
    ("target", "said"),
    [("ftp://work.example/", "only ordinary web addresses"), ("file:///etc/passwd", "only ordinary web addresses"),
     ("http://work.example:22/", "only ordinary web addresses"),
     ("http://a:b@work.example/", "user name or a password"),
     ("http://work.example:99999/", "not valid")],
)  # fmt: skip
def test_other_schemes_ports_and_passwords_are_refused(target, said):
    assert said in refusal(target, 80, 443)
    with server(lambda handler: send(handler, status=302, Location=target)) as (port, _):
        assert said in refusal(f"http://work.example:{port}/", port, 80)


def test_a_name_with_one_private_address_among_others_is_not_asked():
    def resolve(host, port, **options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in (HOME, "10.0.0.7")]

    with server(lambda handler: send(handler)) as (port, asked):
        assert "private network" in refusal(f"http://work.example:{port}/", port, resolve=resolve)
        assert asked == []


def test_a_name_that_means_something_else_a_moment_later_changes_nothing():
    answers = iter([HOME, "10.0.0.7", "10.0.0.7"])

    def resolve(host, port, **options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    with server(lambda handler: send(handler, b"<title>Once</title>")) as (port, _):
        assert look(f"http://work.example:{port}/", port, resolve=resolve).title == "Once"
    assert next(answers) == "10.0.0.7"  # it was resolved once


def test_endless_redirects_end():
    with server(lambda handler: send(handler, status=302, Location=handler.path + "x")) as (port, asked):
        assert "without end" in refusal(f"http://work.example:{port}/", port)
        assert len(asked) == fetching.REDIRECTS + 1


def drip(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    while True:
        handler.wfile.write(b"<p>")
        handler.wfile.flush()
        time.sleep(0.05)


def drip_headers(handler):
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
    for number in range(1_000):
        handler.wfile.write(b"X" if number % 40 else b"X-A: b\r\n")
        handler.wfile.flush()
        time.sleep(0.05)


@pytest.mark.parametrize("slow", [drip, drip_headers, lambda handler: time.sleep(4)])
def test_a_server_that_takes_its_time_is_left(slow):
    began = time.monotonic()
    with server(slow) as (port, _):
        assert "too long" in refusal(f"http://work.example:{port}/", port, seconds=0.6)
    assert time.monotonic() - began < 3


def test_a_handshake_that_takes_its_time_is_left():
    def drip_bytes(listening):
        line, _ = listening.accept()
        with line, suppress(OSError):
            line.sendall(b"\x16\x03\x03\x3f\xff")  # a record of 16 KB begins
            while True:
                line.sendall(b"\x02")
                time.sleep(0.05)

    with socket.create_server((HOME, 0)) as listening:
        dripping = threading.Thread(target=drip_bytes, args=[listening])
        dripping.start()
        port, began = listening.getsockname()[1], time.monotonic()
        assert "too long" in refusal(f"https://work.example:{port}/", port, seconds=0.6)
        assert time.monotonic() - began < 3
        dripping.join(10)


def test_an_endless_page_is_read_in_part():
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.end_headers()
        handler.wfile.write(b"<title>Long</title>")
        while True:
            handler.wfile.write(b"x" * 65_536)

    with server(answer) as (port, _):
        assert look(f"http://work.example:{port}/", port).title == "Long"


def test_a_compressed_page_is_not_unpacked():
    bomb = gzip.compress(b"<title>Bomb</title>" + b"0" * 10_000_000)
    with server(lambda handler: send(handler, bomb, Content_Encoding="gzip")) as (port, _):
        assert look(f"http://work.example:{port}/", port) == Page("", "work.example")


@pytest.mark.parametrize(
    ("status", "said", "final"),
    [(404, "no such page", True), (410, "no such page", True), (401, "sign in", True), (403, "sign in", True),
     (500, "error (500)", False), (503, "error (503)", False)],
)  # fmt: skip
def test_what_the_server_says(status, said, final):
    with server(lambda handler: send(handler, status=status)) as (port, _), pytest.raises(Unreachable) as caught:
        look(f"http://work.example:{port}/", port)
    assert said in caught.value.reason
    assert caught.value.is_final == final


@pytest.mark.parametrize("noise", [b"\x00\x01", b"HTTP/1.1 banana\r\n\r\n", b"SSH-2.0-OpenSSH\r\n", b""])
def test_what_is_no_web_server(noise):
    def answer(handler):
        handler.connection.sendall(noise)
        handler.connection.shutdown(socket.SHUT_RDWR)

    with server(answer) as (port, _):
        assert "does not answer as it should" in refusal(f"http://work.example:{port}/", port)


def test_no_certificate_no_page():
    with server(lambda handler: send(handler)) as (port, _):
        assert "does not answer as it should" in refusal(f"https://work.example:{port}/", port)


def test_a_name_that_does_not_exist():
    def resolve(host, port, **options):
        raise socket.gaierror(-2, "Name or service not known")

    assert "no server of that name" in refusal("http://nobody.example/", 80, resolve=resolve)


def test_nobody_listens():
    with socket.socket() as probe:
        probe.bind((HOME, 0))
        port = probe.getsockname()[1]
    assert "does not answer as it should" in refusal(f"http://work.example:{port}/", port)


@pytest.mark.parametrize(
    "html",
    ["<title>a<title>b</title>", "<meta property=og:title content='x'>", "<title>" + "w" * 5_000, "<!" * 900, ""],
)
def test_odd_pages_are_read_as_well_as_can_be(html):
    with server(lambda handler: send(handler, html.encode("utf-8"))) as (port, _):
        assert len(look(f"http://work.example:{port}/", port).title) <= 200

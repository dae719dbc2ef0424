"""Asking ClamAV about bytes: clamd's INSTREAM over TCP or a Unix socket (clamd(8), "COMMANDS")."""

import socket
import time
from urllib.parse import urlsplit

CONNECT_SECONDS = 5
SECONDS = 60  # for one file
CHUNK = 64 * 1024  # bytes
PORT = 3310
ANSWER = 4_096  # bytes, more than any name of a virus


class Unanswered(Exception):
    """The scanner is away, busy, or does not take the file: nothing is known, ask again later."""


def found_in(stream, *, url, seconds=SECONDS):
    """The name of what was found in the stream, or "" when it is clean. Raises Unanswered.

    `url` is "tcp://host:3310" or "unix:///run/clamav/clamd.sock".
    """
    end = time.monotonic() + seconds
    try:
        with _connected(url) as line:
            _send(line, stream, end)
            answer = _answer(line, end)
    except OSError as error:
        raise Unanswered(str(error)) from error
    result = answer.removeprefix("stream: ")
    if result == "OK":
        return ""
    if result.endswith(" FOUND"):
        return result.removesuffix(" FOUND")
    raise Unanswered(answer or "it hung up")


def _connected(url):
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return socket.create_connection((parts.hostname, parts.port or PORT), CONNECT_SECONDS)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(CONNECT_SECONDS)
    try:
        line.connect(parts.path)
    except OSError:
        line.close()
        raise
    return line


def _send(line, stream, end):
    line.sendall(b"zINSTREAM\0")
    while chunk := stream.read(CHUNK):
        _wait_until(line, end)
        line.sendall(len(chunk).to_bytes(4, "big") + chunk)
    line.sendall(bytes(4))


def _answer(line, end):
    got = b""
    while b"\0" not in got and len(got) < ANSWER:
        _wait_until(line, end)
        part = line.recv(ANSWER)
        if not part:
            break
        got += part
    return got.partition(b"\0")[0].decode("ascii", errors="replace").strip()


def _wait_until(line, end):
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("it takes too long")
    line.settimeout(left)

"""HTTP in, HTTP out: threads of the standard library, connections kept open."""

import ipaddress
import json
import socketserver
import sys
import traceback
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from .http_request import Request
from .pages import Pages

MAX_BODY = 2_000_000


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, address, sim):
        super().__init__(address, Handler)
        self.sim, self.pages = sim, Pages(sim)

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            traceback.print_exc()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "stripe-simulator", ""
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one packet
    timeout = 300

    def do_GET(self):
        self._handle()

    do_POST = do_DELETE = do_HEAD = do_GET

    def _handle(self):
        address = urlsplit(self.path)
        size = self.headers.get("Content-Length") or "0"
        if not size.isascii() or not size.isdecimal():
            self.close_connection = True
            self._send(400, {"Content-Type": "text/plain"}, "Content-Length is no number.\n")
            return
        size = int(size)
        if size > MAX_BODY:
            self.close_connection = True
            self._send(413, {"Content-Type": "text/plain"}, "Too large.\n")
            return
        base_url = f"http://{self.headers.get('Host', 'localhost')}"
        body = self.rfile.read(size) if size else b""
        request = Request(self.command, address.path, address.query, self.headers, body, base_url)
        if request.path.startswith(("/v1/", "/v2/")):
            self._api(request)
        elif request.path.startswith("/_control/"):
            self._control(request)
        else:
            self._send(*self.server.pages.answer(request, self._is_local(request)))

    def _api(self, request):
        answer = self.server.sim.api.answer(request)
        if answer.hang:
            self.server.sim.sleep(answer.hang)
        if answer.drop:
            self.close_connection = True
            return
        self._send(answer.status, {"Content-Type": "application/json", **answer.headers}, answer.body)

    def _control(self, request):
        if not self._is_local(request):
            self._send(403, {"Content-Type": "text/plain"}, "Only from this machine.\n")
            return
        status, body = self.server.sim.control.answer(request)
        self._send(status, {"Content-Type": "application/json"}, json.dumps(body) + "\n")

    def _is_local(self, request):
        """From this machine, under a local name, and not posted by a page of another site."""
        host = urlsplit(request.base_url).hostname or ""
        origin = request.headers.get("Origin")
        local_name = host == "localhost" or _is_loopback(host)
        return _is_loopback(self.client_address[0]) and local_name and origin in (None, request.base_url)

    def _send(self, status, headers, body):
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
        self.wfile.flush()

    def log_message(self, *args):
        pass


def _is_loopback(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

"""A clamd that speaks INSTREAM on a real socket, so that what we send is what ClamAV would read."""

import socketserver
import threading
from contextlib import contextmanager

VIRUS = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        command = self.rfile.read(10)
        data = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            data += self.rfile.read(size)
        self.server.received.append((command, data))
        answer = self.server.answer or ("stream: Eicar-Signature FOUND" if VIRUS in data else "stream: OK")
        self.wfile.write(answer.encode() + b"\0" if answer != "hang up" else b"")


class _OverTCP(socketserver.ThreadingTCPServer):
    daemon_threads = True


class _OverUnix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def clamd(path=None, answer=None):
    """Yields the server: its `url`, what it `received` as [(command, bytes)], and the `answer` it gives to all."""
    server = _OverUnix(str(path), _Conversation) if path else _OverTCP(("127.0.0.1", 0), _Conversation)
    server.url = f"unix://{path}" if path else f"tcp://127.0.0.1:{server.server_address[1]}"
    server.received, server.answer = [], answer
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

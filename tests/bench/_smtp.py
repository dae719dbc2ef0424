"""A mail server that takes everything and keeps which notices came, in a thread; and the bare client that feeds it."""

import asyncio
import smtplib
import threading
import time
from collections import Counter
from multiprocessing import get_context

CODE = b"X-Notification: "


class Sink:
    """Speaks as much SMTP as smtplib asks for. `codes`: how often a message of each notice came."""

    def __init__(self):
        self.codes, self.messages, self.bytes, self.port = Counter(), 0, 0, None
        self.ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True).start()
        self.ready.wait(10)

    async def serve(self):
        server = await asyncio.start_server(self.talk, "127.0.0.1", 0, limit=1 << 20)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        await server.serve_forever()

    async def talk(self, reader, writer):
        writer.write(b"220 sink\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                self.keep(await reader.readuntil(b"\r\n.\r\n"))
            writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
            if verb == b"QUIT":
                break
        await writer.drain()
        writer.close()

    def keep(self, message):
        self.messages, self.bytes = self.messages + 1, self.bytes + len(message)
        start = message.find(CODE)
        if start >= 0:
            self.codes[message[start + len(CODE) : message.index(b"\r\n", start)]] += 1


def floor(port, message, count, processes):
    """Messages per second that smtplib alone delivers with so many processes: `message` is ready, one is sent again."""
    pool = [
        get_context("fork").Process(target=deliver, args=(port, message, count // processes)) for _ in range(processes)
    ]
    began = time.monotonic()
    for process in pool:
        process.start()
    for process in pool:
        process.join()
    return count / (time.monotonic() - began)


def deliver(port, message, count):
    with smtplib.SMTP("127.0.0.1", port) as client:
        for _ in range(count):
            client.sendmail("a@bench.example", ["b@bench.example"], message)

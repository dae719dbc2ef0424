"""The whole site as real processes that may be killed, frozen or kept down, and are started again when they ended."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter

from marketplace.local import environment
from marketplace.local import run as local_run
from marketplace.local.chaos import tree
from marketplace.local.manage import MANAGE
from marketplace.local.ports import next_free_port
from marketplace.local.postgres import Postgres
from marketplace.local.redis_server import RedisServer

SETTINGS = "marketplace.local.chaos.settings"
WORKERS = ("worker1", "worker2")
SITE = ("web", *WORKERS, "beat")  # what the product runs; the rest is what it runs on
SWEEP_SECONDS = 1.5
STRIPE_TIMEOUT_SECONDS = 3


class StackError(Exception):
    """A process that must come up did not. The message says which, with its last lines."""


class Stack:
    """Everything by its name. Processes are started by `look_after`, in the main thread only (see Family)."""

    def __init__(self, data, family, *, settings=SETTINGS):
        self.data, self.family = data, family
        first = 20_000 + os.getpid() % 8_000  # below the ports that the system hands out
        self.ports = {"web": next_free_port(first), "simulator": next_free_port(first + 200)}
        self.postgres = Postgres(data.path, family, durable=True)
        self.valkey = RedisServer(data.path, family, durable=True, port=next_free_port(first + 400))
        self.environment = self.make_environment(settings)
        self.children, self.kept_down, self.killed, self.frozen = {}, set(), set(), set()
        self.ended_by_themselves, self.lock, self.logs = Counter(), threading.RLock(), {}

    def make_environment(self, settings):
        for folder in ("alive", "logs"):
            (self.data / folder).mkdir(exist_ok=True)
        addresses = {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.valkey.url}
        ports = {"port": self.ports["web"], "simulator_port": self.ports["simulator"]}
        return environment.for_run(self.data, addresses, **ports) | {
            "DEMO_MODE": "0",
            "SWEEP_SECONDS": str(SWEEP_SECONDS),
            "STRIPE_TIMEOUT_SECONDS": str(STRIPE_TIMEOUT_SECONDS),
            "LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": settings,
            "CHAOS_FOLDER": str(self.data.path),
        }

    # --- Up and down ---

    def start_servers(self):
        self.postgres.start()
        self.valkey.start()
        self.children |= {"postgres": self.postgres.process, "valkey": self.valkey.process}
        self.begin("simulator")
        done = self.family.run([*MANAGE, "migrate", "--verbosity=0"], **self.options("migrate"))
        if done:
            raise StackError(f"The tables could not be made:\n{self.last_lines('migrate')}")

    def start_site(self):
        for name in SITE:
            self.begin(name)

    def stop(self):
        """Everything, frozen ones too; PostgreSQL last, and its backends with it."""
        with self.lock:
            for name in list(self.frozen):
                self.thaw(name)
            order = [*SITE, "simulator", "valkey"]
            self.family.stop([self.children[name] for name in order if name in self.children], grace=1)
            if self.postgres.process is not None:
                backends = tree.below(self.postgres.process.pid)
                self.postgres.stop(grace=4)
                tree.send(backends, signal.SIGKILL)

    def begin(self, name):
        """Start it without waiting until it answers."""
        if name in ("postgres", "valkey"):
            server = getattr(self, name)
            server.begin()
            self.children[name] = server.process
        else:
            program = self.program(name)
            self.children[name] = self.family.start(program.command, **self.options(name))

    def program(self, name):
        if name == "simulator":
            return local_run.simulator(self.data, self.environment, self.ports)
        if name == "web":
            return local_run.web(self.ports)
        if name == "beat":
            return local_run.beat(self.data)
        program = local_run.worker()
        program.command += ["--hostname", f"{name}@chaos"]
        return program

    def options(self, name):
        if name not in self.logs:
            self.logs[name] = (self.data / "logs" / f"{name}.log").open("ab")
        variables = self.environment | {"CHAOS_PROCESS": name}
        return {"env": variables, "stdout": self.logs[name], "stderr": subprocess.STDOUT}

    def look_after(self):
        """Start again what has ended, unless it is to be kept down. Called a few times a second."""
        with self.lock:
            for name, child in list(self.children.items()):
                if child.poll() is None or name in self.kept_down:
                    continue
                if name not in self.killed:
                    self.ended_by_themselves[f"{name} (exit code {child.returncode})"] += 1
                self.killed.discard(name)
                self.frozen.discard(name)
                self.family.stop([child], grace=0)  # whoever of its group is left
                self.begin(name)

    # --- What happens to them ---

    def kill(self, name, *, keep_down=False):
        """SIGKILL to it and all below it; Valkey loses its data as well. Returns when (time.time) and who (its pid)."""
        with self.lock:
            self.killed.add(name)
            if keep_down:
                self.kept_down.add(name)
            at, pid = time.time(), self.children[name].pid
            tree.kill(pid)
            if name == "valkey":
                self.children[name].wait()
                shutil.rmtree(self.valkey.directory / "appendonlydir", ignore_errors=True)
            return at, pid

    def kill_one_below(self, name, dice):
        """SIGKILL to one of its child processes: a pool process of a worker, a backend of PostgreSQL."""
        with self.lock:
            children = tree.below(self.children[name].pid)
            if children:
                tree.send([dice.choice(children)], signal.SIGKILL)

    def let_up(self):
        """What was kept down may start again."""
        with self.lock:
            self.kept_down.clear()

    def freeze(self, name):
        with self.lock:
            self.frozen.add(name)
            everybody = self.everybody_of(name)
            for pid in everybody[1:]:  # PostgreSQL's backends lead groups of their own, and a frozen one hears nothing
                self.family.guardian.tell(f"+{pid} {int(signal.SIGKILL)}")
            tree.send(everybody, signal.SIGSTOP)

    def thaw(self, name):
        with self.lock:
            self.frozen.discard(name)
            everybody = self.everybody_of(name)
            tree.send(everybody, signal.SIGCONT)
            for pid in everybody[1:]:
                self.family.guardian.tell(f"-{pid}")

    def everybody_of(self, name):
        pid = self.children[name].pid
        return [pid, *tree.below(pid)]

    # --- What they said ---

    def last_lines(self, name, count=30):
        lines = (self.data / "logs" / f"{name}.log").read_text(errors="replace").splitlines()
        return "\n".join(lines[-count:])

    @property
    def site(self):
        return f"http://127.0.0.1:{self.ports['web']}"

    @property
    def stripe(self):
        return self.environment["STRIPE_API_BASE"]

"""PostgreSQL and Redis for one data folder: the addresses in the environment, else servers of our own."""

import os
from contextlib import ExitStack, contextmanager
from functools import partial

from marketplace.local.postgres import Postgres, remove_outside
from marketplace.local.redis_server import RedisServer


@contextmanager
def servers(data, family, *, durable=True, stop_grace=10, postgres=()):
    """Yields DATABASE_URL and REDIS_URL. PostgreSQL stops last: everything else still writes to it.

    `postgres`: more of its settings, for a server of our own.
    """
    with ExitStack() as stack:
        environment = {}
        for variable, kind in (("DATABASE_URL", partial(Postgres, settings=postgres)), ("REDIS_URL", RedisServer)):
            environment[variable] = os.environ.get(variable) or start(kind, data, family, durable, stop_grace, stack)
        yield environment


def start(kind, data, family, durable, stop_grace, stack):
    server = kind(data.path, family, durable=durable)
    stack.callback(server.stop, grace=stop_grace)
    server.start()
    return server.url


def remove_everything(data):
    data.empty()
    remove_outside(data.path)

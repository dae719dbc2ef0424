"""Finding a port that nobody listens on, under any of this machine's local names."""

import socket

LOCAL_ADDRESSES = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
HIGHEST = 65535


class NoFreePort(Exception):
    pass


def next_free_port(wanted, *, tries=100):
    for port in range(wanted, min(wanted + tries, HIGHEST + 1)):
        if all(is_free(family, address, port) for family, address in LOCAL_ADDRESSES):
            return port
    raise NoFreePort(f"None of the {tries} ports from {wanted} is free.")


def is_free(family, address, port):
    """Nobody answers there, and we could listen. A machine without IPv6 has nobody on it either."""
    with socket.socket(family) as probe:
        probe.settimeout(0.5)
        if probe.connect_ex((address, port)) == 0:
            return False
    if family == socket.AF_INET6:
        return True
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port just left is free
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True

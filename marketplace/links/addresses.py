"""Which addresses this site may be made to ask: those of the public internet, and nothing behind the door."""

import socket
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

NAT64 = ip_network("64:ff9b::/96")
OWN_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


def is_public(address):
    """Whether an IP address, as text, is one that anybody on the internet may reach.

    Addresses that carry another one inside (mapped, 6to4, Teredo, NAT64) are refused whatever it is.
    """
    ip = ip_address(address.partition("%")[0])
    if ip.version == 6 and (ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip in NAT64 or ip.is_site_local):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def is_own_network(url):
    """Whether a link names, without asking anybody, what only opens on the writer's own network.

    Numbers in any spelling that a browser takes for an IPv4 address count as that address.
    """
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    if not host:
        return False
    try:
        return not is_public(host)
    except ValueError:
        pass
    try:
        return not is_public(socket.inet_ntoa(socket.inet_aton(host)))
    except OSError:
        return "." not in host or f".{host}".endswith(OWN_NAMES)

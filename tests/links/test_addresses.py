"""What may be asked: the public internet, in no spelling anything else."""

import pytest

from marketplace.links.addresses import is_own_network, is_public


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "1.1.1.1"])
def test_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.1",
     "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "ff02::1",
     "::ffff:127.0.0.1", "::ffff:1.1.1.1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "64:ff9b::7f00:1",
     "64:ff9b::1.1.1.1", "2001:db8::1", "fec0::1"],
)  # fmt: skip
def test_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://localhost:8000/x", "https://printer/", "http://nas.local/", "http://2130706433/",
     "http://0x7f.1/", "http://017700000001/", "http://[::1]/", "https://192.168.0.5/report", "http://app.localhost./",
     "http://10.0.0.1:8080/", "http://build.internal/"],
)  # fmt: skip
def test_own_network(url):
    assert is_own_network(url)


@pytest.mark.parametrize(
    "url", ["https://example.org/x", "https://1.1.1.1/", "https://münchen.example/", "https://3com.example", "http://["]
)
def test_elsewhere_or_no_address_at_all(url):
    assert not is_own_network(url)

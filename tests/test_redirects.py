"""`next` leads back to a path on this site, whatever is in it."""

import pytest

from marketplace.redirects import back_to


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/projects/?q=sql", "/projects/?q=sql"),
        ("", "/about/"),
        ("https://evil.example/", "/about/"),
        ("//evil.example/", "/about/"),
        ("/\\evil.example/", "/about/"),
        ("javascript:alert(1)", "/about/"),
        ("home", "/about/"),  # the name of a view is no address
        ("no such view", "/about/"),
        ("\x00", "/about/"),
    ],
)
def test_back_to(rf, wanted, leads_to):
    assert back_to(rf.post("/somewhere/", {"next": wanted}), "about").url == leads_to
    assert back_to(rf.get("/somewhere/", {"next": wanted}), "about").url == leads_to

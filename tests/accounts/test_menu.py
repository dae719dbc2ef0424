"""The menu of the account: a page for everybody, a panel for the script of the header."""

import pytest
from django.urls import reverse

MENU = reverse("accounts:menu")


@pytest.mark.parametrize(
    ("who", "links"),
    [
        ("student", ["Portfolio", "Profile", "Organizations", "E-mail and password", "Sign-in security"]),
        ("owner", ["Browse projects", "Profile", "Organizations", "E-mail and password", "Sign-in security"]),
    ],
)
def test_the_page_and_the_panel_hold_the_same_links(who, links, request, client_of):
    client = client_of(request.getfixturevalue(who))
    page = client.get(MENU).content.decode()
    panel = client.get(MENU, headers={"HX-Request": "true"}).content.decode()
    assert "<html" in page
    assert "<html" not in panel
    for answer in (page, panel):
        shown = [words for words in links if f"</svg>{words}</a>" in answer]
        assert shown == links
        assert f'action="{reverse("account_logout")}"' in answer


def test_the_header_leads_to_it_and_names_no_address(student, client_of):
    page = client_of(student).get("/about/").content.decode()
    assert f'<account-menu><a class=icon-button href="{MENU}">' in page
    assert student.email not in page

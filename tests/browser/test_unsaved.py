"""Leaving a part of a project with text that is not saved, in a real browser."""

import pytest

from tests.browser.steps import found_organization, sign_up, start_draft

pytestmark = pytest.mark.browser


def test_the_browser_asks_before_typed_text_is_lost(person):
    ida = person("Ida")
    sign_up(ida, side="employer", name="Ida Lane", email="ida@people.example")
    found_organization(ida)
    ida.go("/projects/new/")
    start_draft(ida)
    asked, page, here = [], ida.page, ida.page.url

    def refuse(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", refuse)
    page.get_by_role("link", name="Task list").click()
    page.wait_for_url("**/edit/")
    page.go_back()
    ida.fill("Brief", "What we hand out after each tour.")
    page.get_by_role("link", name="Task list").click(no_wait_after=True)
    page.wait_for_function("() => true")
    assert (asked, page.url) == (["beforeunload"], here)
    assert page.get_by_label("Brief").input_value() == "What we hand out after each tour."
    ida.fill("Title", "")
    ida.submit("Save and continue")
    assert (asked, page.get_by_label("Brief").input_value()) == (["beforeunload"], "What we hand out after each tour.")
    page.get_by_label("Brief").focus()
    page.keyboard.press("End")
    page.get_by_role("link", name="Task list").click(no_wait_after=True)
    page.wait_for_function("() => true")
    assert (asked, page.url) == (["beforeunload"] * 2, here)
    ida.fill("Title", "Merge survey answers")
    ida.submit("Save as draft")
    assert page.url.endswith("/edit/")
    assert len(asked) == 2

"""Browse by keyboard and on a phone, in a real browser: where the focus is, what a filter shows, long words."""

import re

import pytest

from tests.browser.steps import PASSWORD, sign_in

pytestmark = pytest.mark.browser
SKILLS = [
    "SQL", "Figma", "Python", "Copywriting", "Captioning", "Data visualization", "Data cleaning", "Video editing",
]  # fmt: skip
MAKE = f"""
from django.utils import timezone
at = timezone.now()
organization = factories.make_organization("Harbor Finds", owner=factories.make_user("Flo Finder"))
for number, skill in enumerate({SKILLS!r}):
    factories.make_project(
        organization=organization, title=f"Finding {{number}}", skills=["Technical writing", skill],
        is_remote=number % 2 == 0, place="" if number % 2 == 0 else "Ghent", opened_at=at,
        applications_close_at=at + timedelta(days=9), decisions_due_at=at + timedelta(days=14),
        work_due_on=(at + timedelta(days=30)).date(),
    )
"""
STUDENT = f"""
student = factories.make_student("Nour Saves")
student.user.email = "nour@people.example"
student.user.set_password({PASSWORD!r})
student.user.save()
EmailAddress.objects.filter(user=student.user).update(email=student.user.email)
"""
GONE = """
from projects.models import Project
Project.objects.filter(title__startswith="Finding ").update(status="closed")
"""
FOCUS = "(one => one.value ?? one.textContent)(document.activeElement)"


@pytest.fixture(scope="module")
def _market(site):
    site.make(MAKE)
    yield
    site.make(GONE)


@pytest.fixture
def pat(person, _market):
    visitor = person("Pat")
    visitor.go("/projects/")
    return visitor


def box(person, name, value):
    return person.page.locator(f"input[name={name}][value={value}]")


def press(person, control, key="Space"):
    """Reach a control by keyboard, press it, and wait for the answer."""
    control.focus()
    with person.page.expect_response(re.compile("/projects/")):
        person.page.keyboard.press(key)
    person.page.wait_for_timeout(200)


def options(person, name):
    found = person.page.locator(f"input[name={name}]").evaluate_all(
        "all => all.map(one => [one.value, one.checked, one.closest('label').querySelector('b')?.textContent])"
    )
    return {value: (checked, number) for value, checked, number in found}


def focus(person):
    return person.page.evaluate(FOCUS)


def test_one_key_leads_past_the_filters(pat):
    pat.page.keyboard.press("Tab")
    pat.page.keyboard.press("Enter")
    pat.page.keyboard.press("Tab")
    assert pat.page.evaluate("document.activeElement.id") == "q"


def test_ticking_keeps_the_focus_and_the_other_options(pat):
    shown = list(options(pat, "skill"))
    assert len(shown) == 6
    for number, slug in enumerate((shown[3], shown[1]), 1):
        press(pat, box(pat, "skill", slug))
        assert focus(pat) == slug
        assert list(options(pat, "skill")) == shown
        assert sum(checked for checked, _number in options(pat, "skill").values()) == number
        assert pat.page.url.count("skill=") == number
    numbers = {slug: number for slug, (checked, number) in options(pat, "skill").items() if not checked}
    assert set(numbers.values()) == {None}
    press(pat, box(pat, "skill", shown[1]))
    assert (focus(pat), options(pat, "skill")[shown[1]]) == (shown[1], (False, None))


def test_what_a_link_adds_has_the_focus(pat):
    shown = set(options(pat, "skill"))
    press(pat, pat.page.get_by_role("link", name="Show 3 more Competencies"), "Enter")
    assert len(options(pat, "skill")) == 9
    assert focus(pat) in set(options(pat, "skill")) - shown
    last = list(options(pat, "skill"))[-1]
    press(pat, box(pat, "skill", last))
    assert (focus(pat), len(options(pat, "skill"))) == (last, 9)
    press(pat, box(pat, "skill", last))
    assert (focus(pat), options(pat, "skill")[last]) == (last, (False, None))


def test_a_chip_that_is_taken_away_leaves_the_focus_on_the_next(pat):
    pat.go("/projects/?skill=sql&where=remote")
    press(pat, pat.page.get_by_role("link", name="Remove SQL"), "Enter")
    assert (pat.page.url.split("?")[1], focus(pat)) == ("where=remote", "Remove Remote")
    press(pat, pat.page.get_by_role("link", name="Remove Remote"), "Enter")
    assert pat.page.url.endswith("/projects/")
    assert focus(pat) == "8 projects"
    assert options(pat, "where")["remote"] == (False, "4")


def test_other_options_are_counted_when_somebody_reaches_for_them(pat):
    pat.go("/projects/?hours=10-15")
    assert {number for checked, number in options(pat, "hours").values() if not checked} <= {None}
    with pat.page.expect_response(re.compile("all=hours")):
        pat.page.locator("legend", has_text="Hours").hover()
    pat.page.wait_for_timeout(200)
    assert None not in {number for _checked, number in options(pat, "hours").values()}
    pat.page.evaluate("window.stays = true")
    with pat.page.expect_response(re.compile("sort=pay")):
        pat.page.get_by_label("Sort").select_option("pay")
    pat.page.wait_for_url("**/projects/?hours=10-15&sort=pay")
    with pat.page.expect_response(re.compile("[?&]q=Finding&")):
        pat.page.get_by_role("searchbox").or_(
            pat.page.get_by_role("combobox", name="Search projects")
        ).press_sequentially("Finding", delay=30)
        pat.page.keyboard.press("Enter")
    pat.page.wait_for_timeout(500)
    assert pat.page.evaluate("window.stays")
    assert not pat.page.get_by_role("option").first.is_visible()  # suggestions would lie over what was found
    assert (
        pat.page.get_by_role("link", name="Remove “Finding”").get_attribute("href") == "/projects/?hours=10-15&sort=pay"
    )
    assert pat.page.url.endswith("/projects/?hours=10-15&q=Finding&sort=pay")


@pytest.mark.usefixtures("_market")
def test_saving_changes_the_button_and_without_a_script_comes_back_to_the_list(person, chromium, site):
    site.make(STUDENT)
    nour = person("Nour")
    sign_in(nour, "nour@people.example")
    nour.go("/projects/?where=onsite")
    button = nour.page.get_by_role("button", name=re.compile("^Save: Finding")).first
    name = button.get_attribute("aria-label").removeprefix("Save: ")
    top, title = button.bounding_box(), nour.page.get_by_role("heading", name=name).bounding_box()
    assert abs(top["y"] + top["height"] / 2 - title["y"] - title["height"] / 2) < 12  # beside the title
    with nour.page.expect_response("**/projects/keep/"):
        button.click()
    saved = nour.page.get_by_role("button", name=f"Saved: {name}")
    saved.wait_for()
    assert focus(nour) == saved.get_attribute("value")
    without = chromium.new_context(java_script_enabled=False, storage_state=nour.context.storage_state())
    page = without.new_page()
    page.goto(f"{site.url}/projects/?where=onsite")
    with page.expect_navigation():
        page.get_by_role("button", name="Saved").click()
    assert page.url == f"{site.url}/projects/?where=onsite"
    assert page.get_by_text("Taken off your saved projects.").is_visible()
    assert page.get_by_role("button", name="Saved").count() == 0
    without.close()


def test_the_page_of_filters_counts_what_is_ticked(pat, chromium, site):
    pat.page.set_viewport_size({"width": 390, "height": 844})
    pat.go("/projects/filters/")
    button = pat.page.locator("#found")
    assert button.inner_text().split() == ["Show", "8", "projects"]
    press(pat, box(pat, "skill", "sql"))
    assert (button.inner_text().split(), focus(pat)) == (["Show", "1", "project"], "sql")
    assert options(pat, "where")["onsite"] == (False, "0")
    pat.submit(button)
    assert pat.page.url.endswith("/projects/?skill=sql")
    pat.go("/projects/filters/")
    pat.check_page()
    without = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = without.new_page()
    page.goto(f"{site.url}/projects/filters/?skill=sql")
    assert page.locator("#found").inner_text().split() == ["Show", "projects"]
    without.close()


@pytest.mark.parametrize("query", ["", "&where=remote"])
def test_a_long_word_does_not_widen_the_page(pat, query):
    pat.page.set_viewport_size({"width": 390, "height": 844})
    pat.go("/projects/?q=" + 200 * "x" + query)
    assert pat.page.locator("ul.chips").first.is_visible()
    assert pat.page.evaluate("document.documentElement.scrollWidth") == 390

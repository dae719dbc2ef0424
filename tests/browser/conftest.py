"""A real Chromium against real processes: one site and one browser as long as its tests go on, so that no other test
runs beside its workers; a context of its own for each person."""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from marketplace.local.chromium import launch_options
from tests.browser.stack import running_site

VIOLATIONS = {"resultTypes": ["violations"]}
# What axe looks at: everything in light, and in dark what colours can change.
RULES = {
    "light": VIOLATIONS | {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "dark": VIOLATIONS | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
}
CHECKED = set()
SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 390, "height": 844}}


@pytest.fixture(scope="package")
def site(tmp_path_factory, template_database):
    with running_site(tmp_path_factory.mktemp("site"), template_database) as running:
        yield running


@pytest.fixture(scope="package")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        yield browser
        browser.close()


class Person:
    """Somebody at a browser: `page` is theirs, and every page they leave is checked."""

    def __init__(self, name, site, chromium):
        self.name, self.site = name, site
        self.context = chromium.new_context(viewport=SIZES["wide"], base_url=site.url)
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", self.listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def listen(self, message):
        """Errors in the console are defects; the browser's note about an answer with an error status is not one."""
        if message.type == "error" and "status of 4" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def go(self, path):
        return self.page.goto(path)

    def click(self, name, role="button"):
        self.page.get_by_role(role, name=name).first.click()

    def submit(self, button):
        """Press a button, by name or as a locator, and wait for the page it leads to."""
        found = button if hasattr(button, "click") else self.page.get_by_role("button", name=button).first
        with self.page.expect_navigation():
            found.click()

    def fill(self, label, value):
        self.page.get_by_label(label).first.fill(value)

    def check_page(self):
        """axe in light and dark, at both sizes; no sideways scroll; nothing in the console. Each kind of page once."""
        kind = (re.sub(r"(?<=/)[0-9a-z]{10}(?=/)|\d+", "…", urlsplit(self.page.url).path), self.page.title())
        if kind in CHECKED:
            assert self.complaints == []
            return
        CHECKED.add(kind)
        self.page.evaluate(Axe().axe_script)
        for scheme, rules in RULES.items():
            self.page.emulate_media(color_scheme=scheme)
            for name, size in SIZES.items():
                self.page.set_viewport_size(size)
                self.check_view(rules, f"{self.page.url} {scheme} {name}")
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(SIZES["wide"])
        assert self.complaints == []

    def check_view(self, rules, where):
        found = self.page.evaluate("rules => axe.run(document, rules)", rules)["violations"]
        problems = {violation["id"]: [node["html"][:160] for node in violation["nodes"][:3]] for violation in found}
        assert problems == {}, where
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= self.page.viewport_size["width"], f"sideways scroll: {where}"


@pytest.fixture
def person(site, chromium):
    """`person(name)`: a new browser context; closed at the end."""
    people = []

    def arrive(name):
        people.append(Person(name, site, chromium))
        return people[-1]

    yield arrive
    for one in people:
        one.context.close()

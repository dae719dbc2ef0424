"""The design system: a stylesheet within its budget, components that declare their props, fields with labels."""

import gzip
import re
from pathlib import Path

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from marketplace import context, stylesheet
from marketplace.formatting.forms import error_links
from marketplace.formatting.styleguide import SampleForm

ROOT = Path(__file__).resolve().parent.parent
COMPONENTS = sorted((ROOT / "templates" / "cotton").rglob("*.html"))
KB = 1024


def test_stylesheet_stays_within_its_budget():
    assert len(gzip.compress(stylesheet.current().body)) <= 12 * KB


def test_scripts_stay_within_their_budget():
    """What every page loads, and with it the largest script that a page adds of its own."""
    everywhere = re.findall(
        r'<script src="{{ static\("([^"]+)"\) }}"', (ROOT / "templates/layouts/_parts.jinja").read_text()
    )
    assert "vendor/htmx/htmx.min.js" in everywhere
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in (ROOT / "static/js").glob("*.js")}
    base = sum(len(gzip.compress((ROOT / "static" / name).read_bytes())) for name in everywhere)
    own = [size for name, size in sizes.items() if f"js/{name}" not in everywhere]
    assert base + max(own, default=0) <= 18 * KB


def test_stylesheet_is_joined_with_the_layers_first():
    body = stylesheet.current().body.decode()
    assert body.startswith("@layer reset,tokens,base,layout,components,pages,utilities;")
    assert "../vendor" not in body
    assert "/static/vendor/figtree/" in body


def test_every_source_names_its_layer():
    sources = list(stylesheet.ROOT.rglob("*.css"))
    without = [path.name for path in sources if not re.search(r"@layer [a-z]+ \{", path.read_text())]
    assert without == []


def test_colours_are_tokens():
    """A raw colour outside tokens.css would not follow the theme; shadows and backdrops are the exception."""
    found = {}
    for path in stylesheet.ROOT.rglob("*.css"):
        colours = re.findall(r"#[0-9a-f]{3,8}\b(?=[;\s,)])", path.read_text(), re.I)
        if colours and path.name != "tokens.css":
            found[path.name] = colours
    assert found == {}


@pytest.mark.parametrize(("digest", "cache"), [("current", "public, max-age=31536000, immutable"), ("old", "no-cache")])
def test_stylesheet_is_cached_for_ever_under_its_own_digest_only(client, digest, cache):
    sheet = stylesheet.current()
    url = reverse("stylesheet", args=[sheet.digest if digest == "current" else "000000000000"])
    answer = client.get(url, headers={"accept-encoding": "gzip"})
    assert (answer.status_code, answer["Cache-Control"], answer["Content-Encoding"]) == (200, cache, "gzip")
    assert gzip.decompress(answer.content) == sheet.body
    assert client.get(url).content == sheet.body
    assert client.post(url).status_code == 405


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_components_declare_the_props_they_use(path):
    """What is not in <c-vars> would leak in from the page around it."""
    source = path.read_text()
    variables = re.search(r"<c-vars([^>]*)/>", source)
    declared = set(re.findall(r"[\s:]([a-z_]+)=", variables[1])) if variables else set()
    used = set(re.findall(r"\{\{ ?([a-z_]+)", source)) | set(re.findall(r"\{% (?:if|elif) ([a-z_]+)", source))
    loops = set(re.findall(r"\{% for ([a-z_]+) in", source)) | set(re.findall(r"\{% with ([a-z_]+)=", source))
    assert used - declared - loops - {"slot", "attrs", "forloop", "not"} == set()


def test_icons_exist():
    """Every icon that a template names is in the sprite."""
    known = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/img/icons.svg").read_text()))
    named = {}
    for path in (ROOT / "templates").rglob("*.html"):
        for tag in re.findall(r"<c-[a-z-]+[^>]*>", path.read_text()):
            for icon in re.findall(r'(?:\sicon|\sicon_end|<c-icon name)="([a-z0-9-]+)"', tag):
                named.setdefault(icon, path.name)
        for icon in re.findall(r'\{% icon "([a-z0-9-]+)"', path.read_text()):
            named.setdefault(icon, path.name)
    assert {icon: name for icon, name in named.items() if icon not in known} == {}


def field_html(form, name):
    return render_to_string("forms/field.html", {"field": form[name]})


def test_a_field_is_labelled_described_and_marked():
    form = SampleForm({})
    html = field_html(form, "title")
    assert '<label for="id_title">Project title</label>' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_helptext"' in html
    assert 'id="id_title_error"' in html
    assert '<span class="optional">(optional)</span>' in field_html(form, "about")


def test_a_group_of_options_is_a_fieldset():
    html = field_html(SampleForm({}), "level")
    assert '<fieldset aria-describedby="id_level_error"><legend>Level</legend>' in html
    assert html.count('type="radio"') == 4


def test_plain_form_rendering_uses_the_components():
    html = str(SampleForm())
    assert html.count('class="field') == len(SampleForm().fields)
    assert "errorlist" not in html


def test_error_summary_links_to_the_fields():
    class Two(forms.Form):
        name = forms.CharField()
        size = forms.ChoiceField(choices=[("s", "Small")], widget=forms.RadioSelect)
        why = forms.CharField(label="Why?", error_messages={"required": "Say why."})

        def clean(self):
            raise forms.ValidationError("These do not go together.")

    assert error_links([Two({})]) == [
        {"href": "", "text": "These do not go together."},
        {"href": "#id_name", "text": "Name: This field is required."},
        {"href": "#id_size_0", "text": "Size: This field is required."},
        {"href": "#id_why", "text": "Why? Say why."},
    ]


def request_for(user, path="/"):
    request = RequestFactory().get(path)
    request.user = user
    return request


def labels(nav, part="main"):
    return [link["label"] for link in getattr(nav, part)]


def test_navigation_of_a_visitor():
    nav = context.site(request_for(AnonymousUser()))["nav"]
    assert labels(nav) == ["Projects", "For students", "For employers"]
    assert labels(nav, "account") == []


@pytest.mark.parametrize(
    ("who", "main"),
    [
        ("student", ["Home", "Projects", "Applications", "Work", "Evidence", "Payments"]),
        ("owner", ["Home", "Your projects", "Work", "Payments"]),
        ("finance", ["Home", "Your projects", "Work", "Payments"]),
        ("member", ["Home", "Your projects", "Work"]),  # who does not see what is paid
    ],
)
def test_navigation_fits_the_reader(who, main, request, client):
    client.force_login(request.getfixturevalue(who))
    answer = client.get("/about/")
    assert labels(answer.context["nav"]) == main
    assert ("Staff queue" in labels(answer.context["nav"], "account")) is False


def test_navigation_marks_where_the_reader_is():
    nav = context.site(request_for(AnonymousUser(), "/how-it-works/students/"))["nav"]
    assert [link["label"] for link in nav.main if link.get("current")] == ["For students"]


@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("light", "light"), ('"><script>', ""), ("", "")])
def test_theme_comes_from_the_cookie(cookie, theme):
    request = request_for(AnonymousUser())
    request.COOKIES["theme"] = cookie
    assert context.site(request)["theme"] == theme


def test_a_class_belongs_to_one_file():
    """All sources end up in one stylesheet: two pages that style the same name would change each other."""
    owners = {}
    for path in stylesheet.ROOT.rglob("*.css"):
        css = re.sub(r"/\*.*?\*/|\"[^\"]*\"|url\([^)]*\)", "", path.read_text(), flags=re.S)
        selectors = " ".join(re.findall(r"([^{};]+)\{", css))
        for name in set(re.findall(r"\.(-?[a-z][\w-]*)", selectors)):
            owners.setdefault(name, set()).add(path.relative_to(stylesheet.ROOT).as_posix())
    shared = {name for name, files in owners.items() if any(not file.startswith("pages/") for file in files)}
    clashes = {name: files for name, files in owners.items() if len(files) > 1 and name not in shared}
    assert clashes == {}


def test_a_page_names_its_font_in_a_header_and_the_stylesheet_asks_for_the_same(client, db):
    page = client.get("/about/")
    address = re.match(r"<(.+)>; rel=preload; as=font; type=font/woff2; crossorigin$", page.headers["Link"])[1]
    sheet = client.get(re.search(r'href="(/assets/site-[^"]+)"', page.content.decode())[1]).content.decode()
    assert f"url({address})" in sheet.replace('"', "").replace("'", "")
    assert "Link" not in client.get("/about/", headers={"HX-Request": "true"}).headers
    for path in ("/robots.txt", "/admin/login/"):  # what does not use it
        assert "Link" not in client.get(path).headers

"""Open Graph: pictures and words for sites that show a link."""

import re
from io import BytesIO

import pytest
from django.urls import reverse
from PIL import Image, ImageChops

from marketplace.papers.lettering import BOLD
from marketplace.papers.pictures import FOOT, SIZE, WIDTH, broken, fitted, picture
from tests import factories
from tests.test_crawlers import offered

pytestmark = pytest.mark.django_db


def drawn(content):
    image = Image.open(BytesIO(content))
    image.load()
    assert (image.format, image.size) == ("PNG", SIZE)
    return image.convert("RGB")


def below(image, top):
    """Whether anything is drawn in the margin at the right, or over the sign at the foot."""
    blank = Image.new("RGB", image.size, image.getpixel((5, 40)))
    return ImageChops.difference(image, blank).crop((SIZE[0] - 79, top, *SIZE)).getbbox()


@pytest.mark.parametrize(
    "title", ["", "Short", "word " * 60, "W" * 500, "清洗销售数据" * 20, "판매 데이터", "بيانات", "a\x00b\n<b>&"]
)
def test_any_title_stays_inside(title):
    image = drawn(picture("Acme", title, ("$480 for about 16 h", "W" * 300, "Apply by 14 Mar", "never drawn")))
    assert below(image, 20) is None


@pytest.mark.parametrize(
    "title", ["Clean up a survey", "Turn 400 survey answers into a clean table " * 3, "清洗销售数据" * 20]
)
@pytest.mark.parametrize("facts", range(4))
def test_the_mark_at_the_foot_is_never_written_over(title, facts):
    image = drawn(picture("A society with a very long name " * 4, title, ("$480 for about 16 h, on site",) * facts))
    foot = (0, FOOT - 8, *SIZE)
    assert ImageChops.difference(image.crop(foot), drawn(picture("", "")).crop(foot)).getbbox() is None


def test_a_title_of_a_hundred_letters_is_shown_whole():
    title = "Interview eight small-business owners about their invoices and write up what you learned in short"
    size, lines = fitted(title, 186)  # what three facts leave
    assert " ".join(broken(title, size, BOLD, WIDTH, lines)) == title
    assert fitted("Clean up a survey", 186)[0] > size


def test_a_project_has_one_that_says_what_it_is(client, settings):
    project = offered(title='Say "yes" & <go>')
    html = client.get(project.get_absolute_url()).content.decode()
    found = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)"', html))
    assert found["title"] == "Say &#34;yes&#34; &amp; &lt;go&gt;"
    assert found["url"] == settings.SITE_URL + project.get_absolute_url()
    assert found["image"].startswith(settings.SITE_URL)
    answer = client.get(found["image"].removeprefix(settings.SITE_URL))
    assert answer["Content-Type"] == "image/png"
    assert "max-age=3600" in answer["Cache-Control"]
    before = drawn(answer.content)
    other = offered(title="Another")
    assert ImageChops.difference(
        before, drawn(client.get(reverse("project_picture", args=[other.code])).content)
    ).getbbox()


def test_what_strangers_may_not_read_has_none_whoever_asks(client):
    draft = factories.make_project(status="draft")
    client.force_login(draft.created_by)
    assert client.get(reverse("project_picture", args=[draft.code])).status_code == 404
    assert "og:image" not in client.get(reverse("projects:preview", args=[draft.code])).content.decode()


@pytest.mark.parametrize("name", ["landing", "picture"])
def test_the_site_has_one(client, name):
    answer = client.get(reverse(name))
    if name == "picture":
        drawn(answer.content)
    else:
        assert reverse("picture") in answer.content.decode()

"""How money, times, counts and people's text read."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone

from marketplace.formatting import templatetags as tags
from marketplace.formatting import text, times

UTC = ZoneInfo("UTC")
NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [(48_000, "usd", "$480"), (48_050, "usd", "$480.50"), (0, "usd", "$0"), (500, "jpy", "¥500"), (None, "usd", "")],
)
def test_money(amount, currency, shown):
    assert tags.money(amount, currency) == shown


def test_money_takes_the_sites_currency(settings):
    settings.CURRENCY = "eur"
    assert tags.money(1_234_500) == "€12,345"
    assert tags.money_exact(1_234_500) == "€12,345.00"


@pytest.mark.parametrize(
    ("fee", "hours", "shown"), [(48_000, 16, "$30/h"), (24_000, 11, "$21.81/h"), (None, 16, ""), (48_000, None, "")]
)
def test_hourly_never_rounds_up(fee, hours, shown):
    assert tags.hourly(fee, hours) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (datetime(2026, 3, 14, 17, 0, tzinfo=UTC), "Sat 14 Mar, 17:00"),
        (datetime(2027, 1, 2, 8, 5, tzinfo=UTC), "Sat 2 Jan 2027, 08:05"),
        (date(2026, 3, 14), "Sat 14 Mar"),
    ],
)
def test_short(value, shown):
    assert times.short(value, NOW.year) == shown


def test_times_are_in_the_readers_zone():
    moment = datetime(2026, 3, 14, 23, 30, tzinfo=UTC)
    with timezone.override(ZoneInfo("Europe/Oslo")):
        assert times.short(moment, NOW.year) == "Sun 15 Mar, 00:30"
        assert times.full(moment) == "Sunday 15 March 2026, 00:30 CET"


@pytest.mark.parametrize(
    ("away", "shown"),
    [
        (timedelta(seconds=30), "now"),
        (timedelta(seconds=-30), "just now"),
        (timedelta(minutes=59), "in 59 minutes"),
        (timedelta(hours=2, minutes=50), "in 2 hours"),
        (timedelta(hours=-1), "1 hour ago"),
        (timedelta(days=1), "tomorrow"),
        (timedelta(days=-1), "yesterday"),
        (timedelta(days=3, hours=7), "in 3 days"),
        (timedelta(days=90), "in 3 months"),
        (timedelta(days=-800), "2 years ago"),
    ],
)
def test_relative(away, shown):
    assert times.relative(NOW + away, NOW) == shown


def test_a_day_ahead_is_counted_on_the_readers_calendar():
    """30 hours ahead of 09:30 is tomorrow in UTC and the day after tomorrow in Tokyo, where it is already evening."""
    moment = NOW + timedelta(hours=30)
    assert times.relative(moment, NOW) == "tomorrow"
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert times.relative(moment, NOW) == "in 2 days"


@time_machine.travel(NOW, tick=False)
def test_deadline_is_a_time_element():
    shown = tags.deadline(NOW + timedelta(days=3, hours=1))
    assert shown == (
        '<time datetime="2026-03-14T10:30:00+00:00" title="Saturday 14 March 2026, 10:30 UTC">'
        "Sat 14 Mar, 10:30 (in 3 days)</time>"
    )
    assert tags.deadline(None) == ""
    assert [tags.is_soon(NOW + timedelta(hours=hours)) for hours in (-1, 1, 48, 49)] == [False, True, True, False]


def test_count_and_plural():
    assert [tags.count(n, "project") for n in (0, 1, 1_200)] == ["0 projects", "1 project", "1,200 projects"]
    assert tags.count([1, 2], "competency,competencies") == "2 competencies"
    assert [tags.plural(n, "is,are") for n in (1, 2)] == ["is", "are"]


@pytest.mark.parametrize(
    ("name", "shown"), [("Ada King Lovelace", "AL"), ("Cher", "C"), ("C", "C"), ("", ""), (None, "")]
)
def test_initials(name, shown):
    assert tags.initials(name) == shown


def test_paragraphs_lists_and_breaks():
    shown = text.paragraphs("One\ntwo\r\n\r\nThree:\n- a\n- b\nafter")
    assert shown == "<p>One<br>two</p>\n<p>Three:</p>\n<ul><li>a</li><li>b</li></ul>\n<p>after</p>"


def test_paragraphs_escape_everything_else():
    shown = text.paragraphs('<script>alert("x")</script> & <b>')
    assert shown == "<p>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &lt;b&gt;</p>"


def test_links_are_not_vouched_for():
    shown = text.with_links('See https://example.org/a?b=1&c="><script> and javascript:alert(1).')
    assert shown == (
        'See <a href="https://example.org/a?b=1&amp;c=" rel="nofollow ugc noopener">https://example.org/a?b=1&amp;c=</a>'
        "&quot;&gt;&lt;script&gt; and javascript:alert(1)."
    )
    assert text.with_links("(https://example.org/x).").endswith("</a>).")


@pytest.mark.parametrize(
    ("address", "tag", "shown"),
    [
        ("/?a=1&page=2", "page=None", "?a=1"),
        ("/?a=1", 'a="2" b="x y"', "?a=2&amp;b=x+y"),
        ("/?s=1&s=2", "s__add=3", "?s=1&amp;s=2&amp;s=3"),
        ("/?s=1&s=2", "s__remove=1", "?s=2"),
        ("/?s=1", "s__remove=1", "/"),
        ("/?s=1&after=x", 'sort="new"', "?s=1&amp;sort=new"),
        ("/?s=1&after=x", 'after="y"', "?s=1&amp;after=y"),
    ],
)
def test_query(address, tag, shown):
    template = engines["django"].from_string("{% query " + tag + " %}")
    request = RequestFactory().get(address)
    assert template.template.render(_context(request)) == shown


def test_link_to_is_empty_where_a_route_is_missing():
    assert tags.link_to("no:such") == ""
    assert tags.link_to("about") == "/about/"


def _context(request):
    from django.template import Context

    return Context({"request": request})

"""Each search as an Atom feed (RFC 4287): the newest open projects, for readers and other programs."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from marketplace.answers import conditional
from marketplace.clock import now
from marketplace.formatting import times
from marketplace.money import format_money
from marketplace.replica import from_replica
from projects.search.addresses import with_query
from projects.search.filters import parse, unknown, unlisted
from projects.search.results import search_open
from projects.search.saved import address_of, name_of

ENTRIES = 50
FRESH = timedelta(minutes=10)
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # https://www.w3.org/TR/xml/#charsets
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Feed(Atom1Feed):
    def latest_post_date(self):
        """Of an empty feed it stays the same, so that readers are told that nothing changed."""
        return max((item["updateddate"] for item in self.items), default=NEVER)


@from_replica
@require_safe
@cache_control(public=True, max_age=int(FRESH.total_seconds()))
@conditional
def feed(request):
    """What anybody may see: the same for everybody, so that caches may keep it. Of what is gone there is no feed.

    What nobody offers yet is an empty feed, and not that of a word like it: its subject stays the same. Nor does it
    ask for what closes soon, which is about today.
    """
    filters = replace(parse(request.GET), within=None)
    if unknown(request.GET, filters) or unlisted(request.GET):
        raise Http404
    query = address_of(filters)
    found = search_open(filters, at=now(), sort="newest", size=ENTRIES, with_facets=False, mends=False)
    browse, here = (settings.SITE_URL + with_query(reverse(f"projects:{name}"), query) for name in ("browse", "feed"))
    feed = Feed(
        title=f"{settings.SITE_NAME}: {printed(name_of(filters)) or 'open projects'}",
        link=browse,
        feed_url=here,
        feed_guid=here,
        description="",
        subtitle="Short paid projects, the newest first.",
        language="en",
    )
    for row in found.rows:
        feed.add_item(**entry(row))
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def entry(row):
    """A search.statement.Row, newest first, as feedgenerator takes it; days in UTC, as a feed is read anywhere."""
    card = row.card
    skills = [printed(name) for _pk, _level, name in card["skills"]]
    closes = times.day(row.closes_at.astimezone(UTC).date(), None)
    address = settings.SITE_URL + reverse("projects:detail", args=[card["code"]])
    terms = [f"{format_money(row.fee_amount, card['currency'])} fixed", f"about {row.hours} hours",
             printed(card["place"]) or "remote", f"apply by {closes} (UTC)"]  # fmt: skip
    return {
        "title": printed(card["title"]), "link": address, "unique_id": address,
        "author_name": printed(card["organization"]), "pubdate": row.by, "updateddate": row.by, "categories": skills,
        "description": escape(f"{' · '.join(terms)}. Competencies: {', '.join(skills)}."),  # HTML to feedgenerator
    }  # fmt: skip


def printed(text):
    """Without the characters that XML cannot hold."""
    return NOT_IN_XML.sub("", text)

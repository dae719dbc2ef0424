"""What one page prints by the hundred, in Jinja2: a quarter of the cost of Django's templates (docs/performance.md).

Called by `{% fragment "projects/_cards.jinja" cards=cards %}`. Everything is escaped as in Django's own templates.
"""

import re
from functools import cache

from django.conf import settings
from django.template import engines
from django.template.defaultfilters import truncatewords
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined

FILTERS = (
    "ago",
    "count",
    "hourly",
    "initials",
    "nl_paragraphs",
    "plural",
    "span",
    "when",
)  # as in Django's own templates
address = cache(reverse)  # of what is named in the templates themselves: a handful
asset = cache(static)  # the same


@cache
def sprite():
    """The address of the file with all icons."""
    return asset("img/icons.svg")


PLAIN = re.compile(r"[\w-]+", re.ASCII)  # what stands in an address as it is


def url(name, *parts):
    """The address of one thing's page. That of a kind of page is looked up once; `parts` are put in."""
    if all(isinstance(part, str) and PLAIN.fullmatch(part) for part in parts):
        return _pattern(name, len(parts)).format(*parts)
    return reverse(name, args=parts)


@cache
def _pattern(name, count):
    places = [f"place-{number}" for number in range(count)]
    found = reverse(name, args=places).replace("{", "{{").replace("}", "}}")
    for number, place in enumerate(places):
        found = found.replace(place, f"{{{number}}}")
    return found


def environment(**options):
    from marketplace.formatting.templatetags import icon, register  # which draws fragments itself

    made = Environment(**options | {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True})  # noqa: S701 - escaping is the backend's
    made.filters |= {name: register.filters[name] for name in FILTERS}
    made.filters["truncatewords"] = truncatewords
    made.globals |= {
        "icon": icon,
        "static": asset,
        "address": address,
        "url": url,
        "in_bar": False,
        "site_name": settings.SITE_NAME,
    }
    return made


def fragment(name, context, request):
    """One of these templates as HTML."""
    return engines["fragments"].get_template(name).render(context, request)

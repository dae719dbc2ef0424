"""What one page prints by the hundred, in Jinja2: a quarter of the cost of Django's templates (docs/performance.md).

Called by `{% fragment "projects/_cards.jinja" cards=cards %}`. Everything is escaped as in Django's own templates.
"""

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


@cache
def sprite():
    """The address of the file with all icons."""
    return static("img/icons.svg")


def url(name, *parts):
    """The address of one thing's page."""
    return reverse(name, args=parts)


def environment(**options):
    from marketplace.formatting.templatetags import register  # which draws fragments itself

    made = Environment(**options | {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True})  # noqa: S701 - escaping is the backend's
    made.filters |= {name: register.filters[name] for name in FILTERS}
    made.filters["truncatewords"] = truncatewords
    made.globals |= {
        "sprite": sprite,
        "static": static,
        "address": address,
        "url": url,
        "in_bar": False,
        "site_name": settings.SITE_NAME,
    }
    return made


def fragment(name, context, request):
    """One of these templates as HTML."""
    return engines["fragments"].get_template(name).render(context, request)

"""What one page prints by the hundred, in Jinja2: a quarter of the cost of Django's templates (docs/performance.md).

Called by `{% fragment "projects/_cards.jinja" cards=cards %}`. Everything is escaped as in Django's own templates.
"""

from functools import lru_cache

from django.template import engines
from django.templatetags.static import static
from jinja2 import Environment, StrictUndefined

from marketplace.formatting import text


@lru_cache(maxsize=1)
def sprite():
    """The address of the file with all icons."""
    return static("img/icons.svg")


def environment(**options):
    made = Environment(**options | {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True})  # noqa: S701 - escaping is the backend's
    made.filters["count"] = text.count
    made.globals["sprite"] = sprite
    return made


def fragment(name, context, request):
    """One of these templates as HTML."""
    return engines["fragments"].get_template(name).render(context, request)

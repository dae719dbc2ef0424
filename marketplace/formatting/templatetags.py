"""Filters and tags that every template has without loading them (TEMPLATES builtins)."""

from functools import lru_cache

from django import template
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from marketplace import money as amounts
from marketplace import stylesheet as css
from marketplace.formatting import assets, fragments, text, times
from marketplace.formatting.forms import error_links

register = template.Library()
HIDDEN = SafeString("aria-hidden=true")


@register.filter
def money(amount, currency=""):
    """`{{ fee|money:project.currency }}` → "$480". Minor units; without a currency, the site's."""
    return "" if amount in (None, "") else amounts.format_money(amount, currency or settings.CURRENCY)


@register.filter
def money_exact(amount, currency=""):
    """The same with the zero cents and a true minus sign, for columns of figures: "$480.00"."""
    if amount in (None, ""):
        return ""
    return amounts.format_money(amount, currency or settings.CURRENCY, trim=False).replace("-", "−")


@register.filter
def hourly(amount, hours):
    """`{{ fee|hourly:hours }}` → "$30/h" in the site's currency, rounded down so that it never promises more."""
    if not amount or not hours:
        return ""
    return f"{amounts.format_money(int(amount) // int(hours), settings.CURRENCY)}/h"


@register.filter
def when(value):
    """`{{ event.at|when }}` → a <time>: "Fri 14 Mar, 17:00" in the reader's zone, full date in the tooltip."""
    return _when(value, timezone.get_current_timezone(), timezone.localtime().year) if value else ""


@lru_cache(maxsize=1_000)
def _when(value, zone, year):
    """A page says the same moment twice, and many pages the same day. `zone`: the current one."""
    return _time(value, times.short(value, year))


@register.filter
def ago(value):
    """`{{ event.at|ago }}` → a <time>: "3 hours ago", "in 2 days"."""
    return _time(value, times.relative(value, timezone.now())) if value else ""


@register.filter
def deadline(value):
    """`{{ offer.expires_at|deadline }}` → "Fri 14 Mar, 17:00 (in 3 days)" as a <time>."""
    if not value:
        return ""
    now = timezone.now()
    return _time(value, f"{times.short(value, timezone.localtime(now).year)} ({times.relative(value, now)})")


@register.filter
def span(value):
    """`{{ reliability.decision_time|span }}` → "5 hours", "3 days"."""
    return times.in_words(value) or ""


@register.filter
def is_soon(value):
    """True when a deadline lies within the next two days."""
    return bool(value) and times.is_soon(value, timezone.now())


def _time(value, words):
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        times.full(value),
        words,
    )


@register.filter
def count(number, nouns):
    """`{{ n|count:"project" }}` → "1 project", "3 projects"; `"competency,competencies"` when an s is not enough."""
    return text.count(number, nouns)


@register.filter
def plural(number, words):
    """`{{ n|plural:"is,are" }}` → the word alone, without the number."""
    one, _comma, many = words.partition(",")
    number = number if isinstance(number, int) else len(number)
    return one if number == 1 else many or f"{one}s"


@register.filter
def nl_paragraphs(value):
    """Text written by a person as safe HTML: paragraphs, "- " lists, links that are not vouched for."""
    return text.paragraphs(str(value or ""))


@register.filter
def with_links(value):
    """One line of a person's text with its web addresses clickable."""
    return text.with_links(str(value or ""))


@register.filter
def initials(name):
    """ "Ada King Lovelace" → "AL"; "C" for "C"."""
    words = str(name or "").split()
    return "".join(word[0] for word in ([words[0], words[-1]] if len(words) > 1 else words)).upper()


@register.filter
def file_size(size):
    """Bytes as "2.4 MB", with an ordinary space so that it reads well aloud."""
    return filesizeformat(size).replace("\xa0", " ")


@register.filter
def problem_for(stored, reader):
    """Why a stored file does not open. What the virus check found is said to its owner alone."""
    if stored.state != "blocked":
        return ""
    return stored.problem if stored.owner_id == reader.pk else "It did not pass the virus check: ask for a clean copy."


@register.filter
def error_summary_links(form):
    """`[{href, text}]` of a form, a formset or a list of forms."""
    if not form:
        return []
    forms = [form] if hasattr(form, "non_field_errors") else list(form)
    links = error_links(forms)
    if hasattr(form, "non_form_errors"):
        links = [{"href": "", "text": message} for message in form.non_form_errors()] + links
    return links


@register.filter
def split_labels(labels):
    """ "Agreed, Funded" → its parts; a list stays as it is."""
    return [label.strip() for label in labels.split(",")] if isinstance(labels, str) else labels


@register.simple_tag(takes_context=True)
def query(context, **changes):
    """`{% query page=None sort="new" %}` → this page's query string with changes, from "?".

    None or "" removes a parameter; `skill__add=3` and `skill__remove=3` change one value of a repeated one.
    The keyset cursor `after`/`before` is dropped whenever anything else changes: it belongs to the old list.
    """
    params = context["request"].GET.copy()
    if not {"after", "before"} & changes.keys():
        params.pop("after", None), params.pop("before", None)
    for key, value in changes.items():
        name, _dunder, how = key.partition("__")
        kept = [item for item in params.getlist(name) if item != str(value)]
        if how == "add":
            params.setlist(name, [*kept, str(value)])
        elif how == "remove" or value in (None, ""):
            params.setlist(name, kept if how else [])
        else:
            params[name] = value
    encoded = params.urlencode()
    return f"?{encoded}" if encoded else context["request"].path


@register.simple_tag(takes_context=True)
def fragment(context, name, **values):
    """`{% fragment "projects/_cards.jinja" cards=cards %}`: a Jinja2 template of fragments.py with these values."""
    return SafeString(fragments.fragment(name, values, context["request"]))


@register.simple_tag(takes_context=True)
def site_header(context):
    """The bar on top of every page, for whoever reads it."""
    request, user, reader = context.get("request"), context.get("user"), context.get("reader")
    links = context["nav"].main
    if not is_known(context):
        return _visitors_header(tuple(tuple(link.items()) for link in links))
    student = reader and reader.student
    name = student.display_name if student else user.get_full_name()
    values = {"links": links, "known": True, "name": name, "unread": reader.unread if reader else 0}
    return SafeString(fragments.fragment("layouts/_header.jinja", values, request))


@lru_cache(maxsize=50)
def _visitors_header(links):
    """The same for all of them. `links`: of Navigation.main, as items of each."""
    values = {"links": [dict(link) for link in links], "known": False}
    return SafeString(fragments.fragment("layouts/_header.jinja", values, None))


@register.simple_tag(takes_context=True)
def site_footer(context):
    return _footer(is_known(context))


@lru_cache(maxsize=2)
def _footer(known):
    return SafeString(fragments.fragment("layouts/_footer.jinja", {"known": known}, None))


def is_known(context):
    user = context.get("user")
    return bool(user and user.is_authenticated)


@register.simple_tag
def link_to(name, *args, **kwargs):
    """`{% link_to "projects:browse" as url %}`: like `url`, but empty where the route is not installed."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


@register.simple_tag
@lru_cache(maxsize=500)
def icon(name, label="", css_class=""):
    """One icon of the sprite; without a label it is decoration and hidden from screen readers."""
    said = format_html('role="img" aria-label="{}"', label) if label else HIDDEN
    classes = format_html('"icon {}"', css_class) if css_class else "icon"
    return format_html('<svg class={} {}><use href="{}#{}"/></svg>', classes, said, fragments.sprite(), name)


@register.simple_tag
def stylesheet():
    """The <link> to the site's one stylesheet."""
    return format_html('<link rel="stylesheet" href="{}">', _stylesheet())


def _stylesheet():
    return reverse("stylesheet", args=[css.current().digest])


@register.simple_tag(takes_context=True)
def site_parts(context):
    """The icon, the font, the stylesheet and the scripts of every page: the same words until the next deployment."""
    assets.wants_font(context.get("request"))
    return _parts(_stylesheet())


@lru_cache(maxsize=2)
def _parts(stylesheet):
    return SafeString(fragments.fragment("layouts/_parts.jinja", {"stylesheet": stylesheet}, None))


@register.simple_tag(takes_context=True)
def preview(context, title, text, picture):
    """What sites show that show a link to this page (https://ogp.me). `picture`: the path of an image of 1200 × 630."""
    values = {
        "title": title, "text": text, "picture": picture, "path": context["request"].path,
        "site_url": settings.SITE_URL,
    }  # fmt: skip
    return SafeString(fragments.fragment("layouts/_preview.jinja", values, None))


@register.simple_tag
def site_name():
    """The site's name, for pages drawn without context processors (500, 503)."""
    return settings.SITE_NAME

"""Addresses of the page of results with something changed: less a filter, on the next page."""

from django.urls import reverse

from projects.search.saved import address_of

PAGES = ("after", "before")  # cursors belong to one list: they go when anything else changes


class Links:
    """`filters`: what was searched, which the address says in other words where its spelling was mended."""

    def __init__(self, request, filters):
        self.query, self.filtered = filled(request.GET), address_of(filters)
        self.browse = reverse("projects:browse")
        self.filters = reverse("projects:filters")
        student = getattr(request, "reader", None) and request.reader.is_student
        kept = self._changed()
        if filters.q:
            kept["q"] = filters.q
        self.save = self._address(kept, reverse("projects:search_new")) if student and self.filtered else ""

    def without(self, chip):
        kept, values = self._changed(), self.query.getlist(chip.group)
        kept.setlist(chip.group, [] if chip.group == "q" else [value for value in values if value != chip.value])
        return self._address(kept)

    def page(self, **cursor):
        kept = self._changed()
        kept.update(cursor)
        return self._address(kept)

    def all_options(self, facet):
        kept = self._changed()
        kept["all"] = facet.name
        return self._address(kept, self.filters)

    def feed(self):
        return with_query(reverse("projects:feed"), self.filtered)

    def all_filters(self):
        return self._address(self._changed(), self.filters)

    def _changed(self):
        kept = self.query.copy()
        for name in PAGES:
            kept.pop(name, None)
        return kept

    def _address(self, query, path=None):
        return with_query(path or self.browse, query.urlencode())


def filled(query):
    """A copy of a QueryDict without what a form sends empty."""
    kept = query.copy()
    for name, values in query.lists():
        kept.setlist(name, [value for value in values if value])
    return kept


def with_query(path, encoded):
    """A path with a query string, which may be empty."""
    return f"{path}?{encoded}" if encoded else path

"""Months and years of the site's time zone: the same for every reader, so that a statement is one document."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone


@dataclass(frozen=True)
class Period:
    """A month, or a year where `month` is None."""

    year: int
    month: int | None = None

    @property
    def first_day(self):
        return date(self.year, self.month or 1, 1)

    @property
    def last_day(self):
        month = self.month or 12
        return date(self.year, month, monthrange(self.year, month)[1])

    @property
    def start(self):
        return midnight(self.first_day)

    @property
    def end(self):
        """The first moment that is not in it."""
        return midnight(self.last_day + timedelta(days=1))

    @property
    def name(self):
        """ "March 2026" or "2026"."""
        return f"{self.first_day:%B %Y}" if self.month else str(self.year)

    @property
    def days(self):
        """ "1 to 31 March 2026" or "1 January to 31 December 2026"."""
        first, last = self.first_day, self.last_day
        return f"{first.day}{'' if self.month else f' {first:%B}'} to {last.day} {last:%B} {last.year}"

    @property
    def key(self):
        """ "2026-03" or "2026": for file names."""
        return f"{self.first_day:%Y-%m}" if self.month else str(self.year)

    def is_over(self, at):
        return self.end <= at

    def months(self, at):
        """The months of the year that have begun."""
        return [month for month in (Period(self.year, number) for number in range(1, 13)) if month.start <= at]


def midnight(day):
    """An aware datetime: the day begins then in the site's time zone."""
    return datetime.combine(day, time(0), tzinfo=timezone.get_default_timezone())


def year_at(moment):
    return timezone.localtime(moment, timezone.get_default_timezone()).year

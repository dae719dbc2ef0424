"""Dates as the interface writes them: "14 Mar 2026", "14 Mar 2026, 17:00"."""

DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y, H:i"
TIME_FORMAT = "H:i"
SHORT_DATE_FORMAT = "j M"

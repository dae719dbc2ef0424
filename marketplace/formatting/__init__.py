"""How values read on a page: money, time, counts, text written by people, form fields."""

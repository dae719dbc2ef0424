"""The forms of a page, as a browser would send them: hidden fields, what is typed in, what is chosen."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    method: str
    action: str  # empty: the page's own address
    id: str
    values: dict = field(default_factory=dict)  # what would be sent if nothing were changed
    names: list = field(default_factory=list)  # every field there is
    choices: dict = field(default_factory=dict)  # radio buttons and selects: name → values

    def has(self, start):
        return any(name.startswith(start) for name in self.names)


def forms_of(html):
    parser = FormParser()
    parser.feed(html)
    return parser.forms


def form_with(html, wanted):
    """The form of that id or action, or with a field whose name starts with `wanted`; None where there is none."""
    return next((form for form in forms_of(html) if wanted in (form.id, form.action) or form.has(wanted)), None)


class FormParser(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self.open, self.typing_in, self.select = [], None, None, None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.open = Form((attrs.get("method") or "get").lower(), attrs.get("action") or "", attrs.get("id") or "")
            self.forms.append(self.open)
        elif self.open is not None and tag in ("input", "textarea", "select", "option", "button"):
            getattr(self, f"read_{tag}")(attrs)

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = None
        elif tag == "textarea":
            self.typing_in = None
        elif tag == "select":
            self.select = None

    def handle_data(self, data):
        if self.open is not None and self.typing_in:
            self.open.values[self.typing_in] = self.open.values.get(self.typing_in, "") + data

    def read_input(self, attrs):
        name, kind = attrs.get("name"), attrs.get("type", "text")
        if not name:
            return
        self.open.names.append(name)
        if kind in ("radio", "checkbox"):
            self.open.choices.setdefault(name, []).append(attrs.get("value", "on"))
            if "checked" in attrs:
                self.open.values[name] = attrs.get("value", "on")
        elif kind not in ("submit", "file", "image", "reset", "button"):
            self.open.values[name] = attrs.get("value", "")

    def read_textarea(self, attrs):
        if attrs.get("name"):
            self.typing_in = attrs["name"]
            self.open.names.append(self.typing_in)
            self.open.values[self.typing_in] = ""

    def read_select(self, attrs):
        self.select = attrs.get("name")
        if self.select:
            self.open.names.append(self.select)
            self.open.choices[self.select] = []

    def read_option(self, attrs):
        if self.select:
            self.open.choices[self.select].append(attrs.get("value", ""))
            if "selected" in attrs:
                self.open.values[self.select] = attrs.get("value", "")

    def read_button(self, attrs):
        """Its value is sent only by whoever presses it."""
        if attrs.get("name"):
            self.open.names.append(attrs["name"])

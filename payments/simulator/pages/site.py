"""Which page answers which address."""

import re
from pathlib import Path

from . import checkout_page, express_page, onboarding_page, operator_page
from .html import page, text

STATIC = Path(__file__).parent.parent / "static"
ROUTES = [
    ("GET", r"/c/pay/(\w+)", checkout_page.show),
    ("POST", r"/c/pay/(\w+)", checkout_page.pay),
    ("GET", r"/c/challenge/(\w+)", checkout_page.show_challenge),
    ("POST", r"/c/challenge/(\w+)", checkout_page.answer_challenge),
    ("GET", r"/setup/(\w+)/(alink_\w+)", onboarding_page.enter),
    ("GET", r"/setup/(\w+)/form/(\w+)", onboarding_page.show),
    ("POST", r"/setup/(\w+)/form/(\w+)", onboarding_page.submit),
    ("GET", r"/express/(\w+)/(\w+)", express_page.show),
    ("POST", r"/express/(\w+)/(\w+)", express_page.change_bank),
]
OPERATOR_ROUTES = [("GET", r"/", operator_page.show), ("POST", r"/operate", operator_page.operate)]


class Pages:
    def __init__(self, sim):
        self.sim = sim
        self.routes = [(method, re.compile(f"^{path}$"), answer) for method, path, answer in ROUTES]
        self.local_routes = [(method, re.compile(f"^{path}$"), answer) for method, path, answer in OPERATOR_ROUTES]

    def answer(self, request, local):
        """Status, headers and body."""
        method = "GET" if request.method == "HEAD" else request.method
        if request.path.startswith("/static/"):
            return _static(request.path.removeprefix("/static/"))
        for wanted, pattern, answer in [*self.routes, *(self.local_routes if local else ())]:
            found = pattern.match(request.path)
            if found and wanted == method:
                return self._guarded(answer, request, found.groups())
        return page("message.html", 404, title="There is nothing here", text="This address leads nowhere.")

    def _guarded(self, answer, request, groups):
        try:
            return answer(self.sim, request, *groups)
        except Exception:
            self.sim.report_bug(f"page {request.path}")
            return text(500, "The simulator has a bug; its log says where.\n")


def _static(name):
    file = STATIC / name
    if not re.fullmatch(r"[\w-]+\.css", name) or not file.is_file():
        return text(404, "Not found.\n")
    return 200, {"Content-Type": "text/css; charset=utf-8", "Cache-Control": "no-cache"}, file.read_text()

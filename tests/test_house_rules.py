"""The house rules that a machine can hold (docs/architecture.md): sizes, names, where status changes may happen."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ["marketplace", "projects", "applications", "engagements", "payments", "portfolio"]
PYTHON = [
    path for top in [*APPS, "tests"] for path in sorted((ROOT / top).rglob("*.py")) if "migrations" not in path.parts
]
PRODUCT = [path for path in PYTHON if "tests" not in path.relative_to(ROOT).parts]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "payments").rglob("*.html"))
STYLES = [path for path in sorted((ROOT / "static").rglob("*.css")) if "vendor" not in path.parts]


def name(path):
    return str(path.relative_to(ROOT))


def lines(path):
    return len(path.read_text().splitlines())


@pytest.mark.parametrize(("paths", "limit"), [(PYTHON, 400), (TEMPLATES, 120), (STYLES, 150)])
def test_files_are_small(paths, limit):
    assert paths
    assert {name(path): lines(path) for path in paths if lines(path) > limit} == {}


def test_functions_are_short():
    """At most 30 lines of code; the docstring does not count."""
    found = {}
    for path in PRODUCT:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and code_lines(node) > 30:
                found[f"{name(path)}:{node.name}"] = code_lines(node)
    assert found == {}


def code_lines(node):
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    return node.end_lineno - first.lineno + 1


def test_no_module_is_named_after_nothing():
    banned = {"utils.py", "common.py", "helpers.py", "manager.py", "service.py", "services.py", "signals.py"}
    assert [name(path) for path in PRODUCT if path.name in banned] == []


def test_only_the_gateway_speaks_to_stripe():
    importers = [name(p) for p in PRODUCT if re.search(r"^\s*(import|from) stripe\b", p.read_text(), re.M)]
    allowed = "payments/stripe_gateway"
    assert [path for path in importers if not path.startswith((allowed, "payments/simulator/"))] == []


def test_status_moves_only_in_actions():
    """`move_to` is called from actions (and payments' own state machines), never from views, forms, admin or tasks."""
    edges = {"views", "forms", "admin", "api", "tasks", "queries", "rules"}
    found = [name(p) for p in PRODUCT if edges & {p.stem, p.parent.name} and ".move_to(" in p.read_text()]
    assert found == []


def test_templates_carry_no_inline_style_or_script():
    """The content security policy would block them; a JSON data block is not executed and is fine."""
    inline = re.compile(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*(src=|application/(ld\+)?json))", re.I)
    emails = ("_email_base.html",)
    found = [name(p) for p in TEMPLATES if inline.search(p.read_text()) and p.name not in emails]
    assert found == []


def test_no_model_orders_itself():
    models = [path for path in PRODUCT if "models" in (path.stem, path.parent.name)]
    assert [name(path) for path in models if re.search(r"^\s+ordering\s*=", path.read_text(), re.M)] == []

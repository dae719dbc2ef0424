"""docs/payments.md and these tests, side by side: every fault has its line and its test."""

import ast
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parents[2] / "docs" / "payments.md"
LINE = re.compile(r"^\| (\d+) \| [^|]+ \| [^|]+ \| `(test_fault_\w+)` \|$", re.M)
FAULTS = list(range(1, 37))


def names():
    """The names of all tests of faults, in the order of their numbers."""
    trees = [ast.parse(path.read_text()) for path in sorted(HERE.glob("test_*.py"))]
    found = [node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return sorted(name for name in found if name.startswith("test_fault_"))


def test_each_fault_has_a_test():
    assert sorted({int(name[11:13]) for name in names()}) == FAULTS


def test_the_document_has_a_line_for_each_fault_that_names_one_of_its_tests():
    lines = LINE.findall(DOCUMENT.read_text())
    assert [int(number) for number, _name in lines] == FAULTS
    assert [name for _number, name in lines if name not in names()] == []
    assert [name for number, name in lines if int(name[11:13]) != int(number)] == []

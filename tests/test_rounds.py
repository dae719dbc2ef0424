"""The long mode of the tests: asked for by an option or by the environment."""

import pytest

from tests.rounds import rounds


@pytest.mark.parametrize(("said", "expected"), [(None, 3), ("", 3), ("0", 3), ("1", 200)])
def test_the_long_mode_gives_more_rounds(monkeypatch, said, expected):
    monkeypatch.delenv("LONG_TESTS", raising=False)
    if said is not None:
        monkeypatch.setenv("LONG_TESTS", said)
    assert rounds(3, long=200) == expected


def test_the_option_says_so_before_tests_are_imported(pytestconfig, monkeypatch):
    from marketplace.local.pytest_plugin import pytest_configure

    monkeypatch.setattr(pytestconfig.option, "long", True)
    monkeypatch.setenv("LONG_TESTS", "")
    pytest_configure(pytestconfig)
    assert rounds(3, long=200) == 200

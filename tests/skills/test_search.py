"""Finding a skill by what was typed: order, spelling, exactness."""

import pytest
from django.core.management import call_command

from marketplace.skills.models import Skill
from marketplace.skills.queries import resolve_skill, search_skills
from tests.factories import make_skill

pytestmark = pytest.mark.django_db


@pytest.fixture
def starter():
    call_command("import_skills", verbosity=0)


def names(text, limit=10):
    return [skill.name for skill in search_skills(text, limit=limit)]


def test_a_name_that_starts_so_goes_before_an_alias_and_a_later_word():
    make_skill("Lantern repair"), make_skill("Old lanterns")
    make_skill("Night watch").aliases.create(name="Lantern duty")
    assert names("lant") == ["Lantern repair", "Night watch", "Old lanterns"]


def test_it_says_which_alias_was_found():
    make_skill("Night watch").aliases.create(name="Lantern duty")
    assert [(skill.name, skill.matched) for skill in search_skills("lantern")] == [("Night watch", "Lantern duty")]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        *[
            ("pyton", "Python"),
            ("photoshp", "Adobe Photoshop"),
            ("bookeeping", "Bookkeeping"),
            ("excell", "Microsoft Excel"),
        ],
        *[("grafic design", "Graphic design"), ("  Data   Vis ", "Data visualization"), ("WCAG", "Web accessibility")],
        *[("excell", "Microsoft Excel"), ("xlookup", "Spreadsheet formulas"), ("r", "R"), ("c++", "C++")],
    ],
)
def test_common_words_and_misspellings_lead_to_the_skill(starter, typed, expected):
    assert names(typed)[0] == expected


def test_each_skill_appears_once_and_the_limit_holds(starter):
    found = names("design", limit=5)
    assert len(found) == len(set(found)) == 5


@pytest.mark.parametrize("typed", ["", "   ", "%", "_", "\\", "\x00", "zzzzqqqq", "'; --", "x" * 5_000])
def test_what_names_nothing_finds_nothing(starter, typed):
    assert names(typed) == []


def test_inactive_skills_are_not_found():
    skill = make_skill("Lantern repair", is_active=False)
    skill.aliases.create(name="Lamp repair")
    assert names("lantern") == names("lamp") == []
    assert resolve_skill("Lantern repair") == resolve_skill("lamp repair") == []


def test_starter_skills_go_before_imported_ones():
    make_skill("Lantern care, imported", source=Skill.Source.ESCO)
    make_skill("Lantern care and everything about it")
    assert names("lantern") == ["Lantern care and everything about it", "Lantern care, imported"]


def test_a_search_takes_three_queries_at_most(starter, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        search_skills("design")
    with django_assert_max_num_queries(3):
        search_skills("pyton")


def test_exactness_knows_names_and_aliases_in_any_case(starter):
    assert [skill.name for skill in resolve_skill(" EXCEL ")] == ["Microsoft Excel"]
    assert [skill.name for skill in resolve_skill("machine  learning")] == ["Machine learning"]
    assert resolve_skill("machine learn") == []


def test_exactness_prefers_the_starter_and_lists_what_is_ambiguous():
    ours = make_skill("Lantern juggling")
    ours.aliases.create(name="juggling")
    make_skill("juggling", source=Skill.Source.ESCO)
    assert resolve_skill("Juggling") == [ours]
    theirs = make_skill("Knife juggling")
    theirs.aliases.create(name="juggling")
    assert resolve_skill("Juggling") == [theirs, ours]

"""manage.py import_skills, on small made-up files in the formats ESCO and O*NET publish."""

import csv
import io

import pytest
from django.core.management import CommandError, call_command

from marketplace.skills.models import Skill, SkillAlias, SkillFamily, SkillRelation
from marketplace.skills.sources import starter_entries, starter_families
from tests.factories import make_skill

pytestmark = pytest.mark.django_db

URI = "http://data.europa.eu/esco/skill/"
ESCO_HEADER = [
    *("conceptType", "conceptUri", "skillType", "reuseLevel", "preferredLabel", "altLabels", "hiddenLabels", "status"),
    *("modifiedDate", "scopeNote", "definition", "inScheme", "description"),
]
ONET_HEADER = ["O*NET-SOC Code", "Example", "Commodity Code", "Commodity Title", "Hot Technology", "In Demand"]


def run(*args):
    out = io.StringIO()
    call_command("import_skills", *[str(arg) for arg in args], stdout=out)
    return out.getvalue().splitlines()


def write(path, header, *rows, delimiter=","):
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([header, *rows])
    return path


def esco_row(key, label, alts="", *, hidden="", status="released", concept="KnowledgeSkillCompetence"):
    start = [concept, URI + key, "skill/competence", "cross-sector", label, alts, hidden, status]
    return [*start, "", "", "", "", f"To {label}."]


@pytest.fixture
def esco_file(tmp_path):
    return write(
        tmp_path / "skills_en.csv",
        ESCO_HEADER,
        esco_row("aaa", "juggle lanterns", "toss lanterns\nkeep lanterns aloft", hidden="lantern juggeling"),
        esco_row("bbb", "handle lanterns"),
        esco_row("ccc", "polish whistles", status="obsolete"),
    )


def counts():
    return (Skill.objects.count(), SkillAlias.objects.count(), SkillRelation.objects.count())


def names_of(skill):
    return sorted(skill.aliases.values_list("name", flat=True))


def test_without_arguments_it_writes_the_starter_taxonomy_and_again_changes_nothing():
    skills = len(starter_entries())
    aliases = sum(len(entry.aliases) for entry in starter_entries())
    first = run()
    assert first == [
        f"Starter: {skills} skills created, 0 updated, 0 unchanged; {aliases} aliases and 0 relations added."
    ]
    before = list(Skill.objects.order_by("pk").values())
    assert run() == [f"Starter: 0 skills created, 0 updated, {skills} unchanged; 0 aliases and 0 relations added."]
    assert list(Skill.objects.order_by("pk").values()) == before
    assert SkillFamily.objects.count() == len(starter_families())
    assert Skill.objects.get(name="C#").slug == "c-sharp"
    assert Skill.objects.get(name="C++").slug == "c-plus-plus"


def test_the_starter_repairs_what_it_owns_and_keeps_what_people_added():
    run()
    sql = Skill.objects.get(name="SQL")
    sql.aliases.create(name="sequel")
    Skill.objects.filter(pk=sql.pk).update(description="Overwritten.", is_active=False)
    assert run()[0].startswith("Starter: 0 skills created, 1 updated")
    sql.refresh_from_db()
    assert sql.description == next(entry.description for entry in starter_entries() if entry.name == "SQL")
    assert sql.is_active is False
    assert "sequel" in names_of(sql)


def test_esco_skills_come_with_all_their_labels(esco_file):
    assert run("--esco", esco_file) == [
        "ESCO: 2 skills created, 0 updated, 0 unchanged; 3 aliases and 0 relations added; 1 rows skipped."
    ]
    skill = Skill.objects.get(esco_uri=URI + "aaa")
    assert (skill.name, skill.source, skill.kind) == ("juggle lanterns", "esco", "skill")
    assert skill.description == "To juggle lanterns."
    assert names_of(skill) == ["keep lanterns aloft", "lantern juggeling", "toss lanterns"]


def test_an_esco_skill_that_a_starter_skill_is_aligned_with_adds_its_labels_to_it(esco_file):
    ours = make_skill("Lantern juggling", esco_uri=URI + "aaa", description="Our words.")
    run("--esco", esco_file)
    ours.refresh_from_db()
    assert Skill.objects.count() == 2
    assert (ours.name, ours.description, ours.source) == ("Lantern juggling", "Our words.", "starter")
    assert names_of(ours) == ["juggle lanterns", "keep lanterns aloft", "lantern juggeling", "toss lanterns"]
    before = counts()
    assert run("--esco", esco_file)[0].startswith("ESCO: 0 skills created, 0 updated, 2 unchanged; 0 aliases")
    assert counts() == before


def test_the_starter_takes_over_skills_imported_before_it(tmp_path):
    entry = next(entry for entry in starter_entries() if entry.esco_uri)
    row = esco_row(entry.esco_uri.removeprefix(URI), "an odd official label")
    namesake = esco_row("zzz", entry.name)  # another concept under the name the starter wants
    run("--esco", write(tmp_path / "skills_en.csv", ESCO_HEADER, row, namesake))
    imported = Skill.objects.get(esco_uri=entry.esco_uri)
    run()
    imported.refresh_from_db()
    assert (imported.name, imported.source) == (entry.name, "starter")
    assert "an odd official label" in names_of(imported)
    assert Skill.objects.get(esco_uri=URI + "zzz").name == f"{entry.name} (ESCO)"


def test_a_different_concept_with_the_same_label_keeps_apart(tmp_path):
    make_skill("Juggle lanterns", esco_uri=URI + "other")
    run("--esco", write(tmp_path / "skills_en.csv", ESCO_HEADER, esco_row("aaa", "juggle lanterns")))
    assert Skill.objects.get(esco_uri=URI + "aaa").name == "juggle lanterns (ESCO)"
    assert Skill.objects.get(esco_uri=URI + "other").name == "Juggle lanterns"


def test_relations_link_only_skills_we_hold(esco_file, tmp_path):
    relations = write(
        tmp_path / "broader.csv",
        ["conceptType", "conceptUri", "broaderType", "broaderUri"],
        ["KnowledgeSkillCompetence", URI + "aaa", "KnowledgeSkillCompetence", URI + "bbb"],
        ["KnowledgeSkillCompetence", URI + "bbb", "SkillGroup", URI + "group"],
    )
    assert "1 relations added" in run("--esco", esco_file, "--esco-relations", relations)[0]
    relation = SkillRelation.objects.select_related("skill", "broader").get()
    assert (relation.skill.name, relation.broader.name) == ("juggle lanterns", "handle lanterns")
    assert "0 relations added" in run("--esco-relations", relations)[0]
    assert SkillRelation.objects.count() == 1


@pytest.mark.parametrize("delimiter", ["\t", ","])
def test_onet_tools_appear_once_and_merge_by_technology_or_name(tmp_path, delimiter):
    aligned = make_skill("Lumen sheets", onet_technology="Lumen Spreadsheet Pro", description="Ours.")
    same_name = make_skill("Whistlepad", kind="tool")
    path = write(
        tmp_path / "technology.txt",
        ONET_HEADER,
        ["11-0001.00", "Lumen Spreadsheet Pro", "1", "Spreadsheet software", "Y", "N"],
        ["11-0002.00", "WhistlePad", "2", "Word processing software", "N", "N"],
        ["11-0002.00", "Kettle Studio", "3", "Kettle software", "N", "N"],
        ["11-0003.00", "Kettle Studio", "3", "Kettle software", "N", "N"],
        delimiter=delimiter,
    )
    assert run("--onet", path) == ["O*NET: 1 skills created, 1 updated, 1 unchanged; 1 aliases and 0 relations added."]
    aligned.refresh_from_db(), same_name.refresh_from_db()
    assert (aligned.name, names_of(aligned)) == ("Lumen sheets", ["Lumen Spreadsheet Pro"])
    assert (same_name.name, same_name.onet_technology) == ("Whistlepad", "WhistlePad")
    created = Skill.objects.get(name="Kettle Studio")
    assert (created.kind, created.source, created.description) == ("tool", "onet", "Kettle software.")
    assert run("--onet", path)[0].startswith("O*NET: 0 skills created, 0 updated, 3 unchanged; 0 aliases")


def test_a_missing_column_is_named_and_nothing_is_imported(tmp_path, esco_file):
    wrong = write(tmp_path / "other.csv", ["conceptUri", "preferredLabel"], ["a", "b"])
    with pytest.raises(CommandError, match="lacks the columns conceptType, skillType, altLabels, description") as error:
        run("--esco", wrong)
    assert "It has: conceptUri, preferredLabel. Nothing was imported." in str(error.value)
    with pytest.raises(CommandError, match="lacks the column broaderUri"):
        run("--esco", esco_file, "--esco-relations", wrong)
    assert counts() == (0, 0, 0)


def test_wrong_files_are_refused_before_anything_is_written(tmp_path, esco_file):
    occupations = write(tmp_path / "occupations.csv", ESCO_HEADER, esco_row("x", "lamplighter", concept="Occupation"))
    binary = tmp_path / "skills.xlsx"
    binary.write_bytes(b"PK\x03\x04\xff\xfe\x00")
    for arguments, message in [
        (["--esco", occupations], "holds no released skill"),
        (["--esco", binary], "is not CSV text in UTF-8"),
        (["--esco", tmp_path / "missing.csv"], "cannot be read: No such file or directory"),
        (["--esco", tmp_path], "cannot be read: Is a directory"),
        (["--esco", esco_file, "--onet", esco_file], "lacks the columns O\\*NET-SOC Code, Example, Commodity Title"),
    ]:
        with pytest.raises(CommandError, match=message):
            run(*arguments)
    assert counts() == (0, 0, 0)


def test_a_bad_row_says_where_it_is_and_undoes_all(tmp_path):
    path = write(tmp_path / "skills_en.csv", ESCO_HEADER, esco_row("aaa", "juggle lanterns"), esco_row("bbb", "  "))
    with pytest.raises(CommandError, match="row 3: preferredLabel and an"):
        run("--esco", path)
    assert counts() == (0, 0, 0)

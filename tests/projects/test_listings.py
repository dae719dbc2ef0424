"""A listing repeats its project and the names around it, whatever is changed and however much at once."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from marketplace.accounts.models import Organization
from marketplace.skills.models import Skill, SkillAlias, SkillFamily
from projects import denormalised, tasks
from projects.denormalised import LISTINGS
from projects.models import Competency, Listing, Project
from tests import factories
from tests.factories import NOW
from tests.rounds import rounds

SKILLS = [f"Skill {number}" for number in range(6)]


def all_ids():
    return list(Project.objects.values_list("pk", flat=True))


def change_project(chance):
    """A term, or the state, of one project."""
    changes = [
        {"title": f"Title {chance.randint(1, 99)}"},
        {"brief": f"Brief {chance.randint(1, 99)}", "deliverable": f"A file of {chance.randint(1, 99)}"},
        {"hours": chance.randint(10, 40)},
        {"fee_amount": chance.randint(1_000, 2_000) * 100},
        {"is_remote": True, "place": ""},
        {"is_remote": False, "place": f"Town {chance.randint(1, 9)}"},
        {"field": SkillFamily.objects.order_by("?").first()},
        {"applications_close_at": NOW + timedelta(days=chance.randint(1, 9))},
        {"places": chance.randint(1, 3)},
        {"status": chance.choice(["draft", "open", "open", "closed"])},
    ]
    Project.objects.filter(pk=some(Project).pk).update(**chance.choice(changes))


def change_competencies(chance):
    project = some(Project)
    held = list(project.competencies.order_by("position"))
    skill = Skill.objects.get(name__startswith=chance.choice(SKILLS))
    way = chance.randrange(4)
    if way == 0 and len(held) < 5 and skill.pk not in {row.skill_id for row in held}:
        Competency.objects.create(
            project=project, skill=skill, level=chance.randint(1, 3), position=chance.randint(10, 9_000),
            evidence_asked="Show one.",
        )  # fmt: skip
    elif way == 1 and len(held) > 2:
        held[-1].delete()
    elif way == 2:
        Competency.objects.filter(pk=chance.choice(held).pk).update(level=chance.randint(1, 3))
    elif skill.pk not in {row.skill_id for row in held}:
        Competency.objects.filter(pk=chance.choice(held).pk).update(skill=skill)


def change_names(chance):
    """What many listings repeat."""
    skill, number = Skill.objects.get(name__startswith=chance.choice(SKILLS)), chance.randint(1, 99)
    way = chance.randrange(6)
    if way == 0:
        Skill.objects.filter(pk=skill.pk).update(name=f"{skill.name[:7]} {number}")
    elif way == 1:
        SkillAlias.objects.get_or_create(skill=skill, name=f"alias {number}")
    elif way == 2:
        SkillAlias.objects.filter(skill=skill).delete()
    elif way == 3:
        SkillFamily.objects.filter(pk=some(SkillFamily).pk).update(name=f"Family {chance.randint(1, 10**9)}")
    elif way == 4:
        Organization.objects.filter(pk=some(Organization).pk).update(name=f"Group {number}")
    else:
        column, value = chance.choice(["verified_at", "suspended_at"]), chance.choice([None, NOW])
        Organization.objects.filter(pk=some(Organization).pk).update(**{column: value})


def some(model):
    return model.objects.order_by("?").first()


EDITS = rounds(75, 600)  # of each of four at once; what a constraint refuses is none
LOCKS = [("projects_project", "project_terms_lock"), ("projects_competency", "competency_lock"),
         ("projects_competency", "competency_update_lock")]  # fmt: skip


@pytest.fixture
def unlocked(transactional_db):
    """Terms that may be edited while a project is open: a listing must be right whatever the rules allow."""

    def switch(way):
        with connection.cursor() as cursor:
            for table, trigger in LOCKS:
                cursor.execute(f"ALTER TABLE {table} {way} TRIGGER {trigger}")

    switch("DISABLE")
    yield
    switch("ENABLE")


def test_nothing_differs_after_random_edits_at_once(unlocked):
    for name in SKILLS:
        factories.make_skill(name)
    families = [factories.make_family(name) for name in ("Data", "Design", "Writing")]
    for number in range(3):
        organization = factories.make_organization(f"Group {number}")
        for _ in range(3):  # few, so that the edits meet
            factories.make_project(organization=organization, skills=SKILLS[:3], field=families[number])
    refused = []

    def run(seed):
        chance = random.Random(seed)
        try:
            for _ in range(EDITS):
                change = chance.choice([change_project, change_project, change_competencies, change_names])
                try:
                    with transaction.atomic():
                        change(chance)
                        if chance.random() < 0.1:
                            transaction.set_rollback(True)
                except Exception as error:  # what a constraint refuses is no edit; it is counted
                    refused.append(f"{change.__name__}: {error}")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(run, range(4)))
    assert len(refused) < EDITS / 4, refused[:5]
    assert Listing.objects.exists()
    assert LISTINGS.differences(all_ids()) == []


@pytest.fixture
def wrong(db):
    """[a project whose listing was changed by hand, one whose is missing, one that is not open and has one]"""
    projects = [factories.make_project() for _ in range(4)]
    Listing.objects.filter(project=projects[0]).update(fee_amount=1)
    Listing.objects.filter(project=projects[1]).delete()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Project.objects.filter(pk=projects[2].pk).update(status="closed", closed_at=NOW)
        cursor.execute("SET LOCAL session_replication_role = origin")
    return [project.pk for project in projects[:3]]


def test_a_difference_is_found_told_and_put_right(wrong, caplog, monkeypatch):
    monkeypatch.setattr(denormalised, "randint", lambda low, high: low)
    assert LISTINGS.differences(all_ids()) == wrong
    tasks.check_rows()
    assert str(wrong) in caplog.text
    assert LISTINGS.differences(all_ids()) == []


def test_the_command_checks_and_rebuilds(wrong, capsys, monkeypatch):
    monkeypatch.setattr(denormalised, "BATCH", 2)
    with pytest.raises(CommandError, match="listings: 3 of 4 differ"):
        call_command("rebuild_rows", "--check")
    call_command("rebuild_rows")
    call_command("rebuild_rows", "--check")
    assert "listings: 4 compared, no difference" in capsys.readouterr().out

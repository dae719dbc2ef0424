"""Rows for tests, in any state, without going through the flow that leads there.

`make_x(**fields)` fills what the test does not care about. Where a rule of the flow itself is under test, call the
action instead.
"""

import itertools
from datetime import UTC, datetime, timedelta

from applications.actions.library import snapshot
from applications.calibration import examples
from applications.models import (
    Application,
    ApplicationEvidence,
    Assessment,
    Calibration,
    Evidence,
    EvidenceSkill,
    Score,
)
from engagements.models import Delivery, Engagement
from marketplace.accounts.models import Membership, Organization, Student, User
from marketplace.accounts.rules import POSTERS
from marketplace.skills.models import Skill, SkillFamily, StudentSkill
from projects.models import AcceptanceCriterion, Competency, Project

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # a Monday; six days before the US changes its clocks
PASSWORD = "correct horse battery"
counter = itertools.count(1)


def make_user(name="Pat Example", *, email=None, **fields):
    """A person who can sign in with PASSWORD; the e-mail address is verified."""
    email = email or f"{name.split()[0].lower()}{next(counter)}@people.example"
    user = User.objects.create_user(email, PASSWORD, name=name, **fields)
    user.emailaddress_set.create(email=email, verified=True, primary=True)
    return user


def make_student(name="Robin Quist", **fields):
    """A Student with eligibility answered yes."""
    user = fields.pop("user", None) or make_user(name)
    defaults = {
        "slug": f"{name.lower().replace(' ', '-')}-{next(counter)}", "display_name": name, "is_adult": True,
        "country": "US", "may_contract": True, "eligibility_answered_at": NOW, "created_at": NOW,
    }  # fmt: skip
    return Student.objects.create(user=user, **(defaults | fields))


def make_organization(name="Acme Analytics", *, owner=None, verified=True, **fields):
    """An organization; with `owner`, that person owns it."""
    defaults = {"slug": f"{name.lower().replace(' ', '-')}-{next(counter)}", "created_at": NOW}
    organization = Organization.objects.create(name=name, verified_at=NOW if verified else None, **(defaults | fields))
    if owner is not None:
        make_member(organization, owner, Membership.Role.OWNER)
    return organization


def make_member(organization, user, role=Membership.Role.MEMBER, *, calibrated=True):
    """Owners and members have done the calibration, all as the key."""
    membership = Membership.objects.create(organization=organization, user=user, role=role, created_at=NOW)
    if calibrated and role in POSTERS:
        Calibration.objects.bulk_create(
            Calibration(membership=membership, example=one.slug, level=one.key, scored_at=NOW) for one in examples()
        )
    return membership


def make_assessor(organization, name="Third Assessor"):
    """One more member who may score."""
    return make_member(organization, make_user(name)).user


def make_family(name="Data & Analytics"):
    return SkillFamily.objects.get_or_create(name=name, defaults={"slug": name.lower().replace(" & ", "-")})[0]


def make_skill(name="SQL", **fields):
    """The skill of that name, made once."""
    found = Skill.objects.filter(name__iexact=name).first()
    slug = name.lower().replace(" ", "-")
    return found or Skill.objects.create(name=name, slug=slug, **({"family": make_family()} | fields))


def make_student_skill(student, skill="SQL", level=2, strength=1, shown_in="Churn dashboard"):
    skill = make_skill(skill) if isinstance(skill, str) else skill
    return StudentSkill.objects.create(
        student=student, skill=skill, level=level, strength=strength, shown_in=shown_in, updated_at=NOW
    )


def make_project(*, organization=None, status="open", criteria=3, skills=("SQL", "Data cleaning"), **fields):
    """A complete project of 16 hours for $480 in any state. `criteria`: how many; `skills`: names or Skills."""
    organization = organization or make_organization(owner=make_user("Olive Owner"))
    creator = organization.memberships.order_by("pk").first()
    defaults = {
        "title": "Clean and map three years of survey answers", "field": make_family(), "brief": "Three CSV exports.",
        "deliverable": "One documented CSV and a notebook that makes it", "hours": 16, "fee_amount": 48_000,
        "hourly_floor": 2_000, "service_fee_bps": 1_000, "portfolio_permission": "full", "created_at": NOW,
        "applications_close_at": NOW + timedelta(days=10), "decisions_due_at": NOW + timedelta(days=15),
        "work_due_on": (NOW + timedelta(days=35)).date(),
        "created_by": creator.user if creator else make_user("Casey Creator"),
    }  # fmt: skip
    if status != "draft":
        defaults["submitted_at"] = NOW
    if status in ("open", "closed"):
        defaults["opened_at"] = NOW
    if status == "closed":
        defaults |= {"closed_at": NOW, "close_reason": "employer"}
    final = defaults | fields
    project = Project.objects.create(organization=organization, status="draft", **final)
    for position in range(criteria):
        AcceptanceCriterion.objects.create(project=project, position=position, text=f"Criterion {position + 1} holds")
    for position, skill in enumerate(skills):
        Competency.objects.create(
            project=project, position=position, level=2, evidence_asked="Show one where you did this.",
            skill=make_skill(skill) if isinstance(skill, str) else skill,
        )  # fmt: skip
    if status != "draft":
        Project.objects.filter(pk=project.pk).update(status=status, status_changed_at=NOW)
        project.refresh_from_db()
    return project


def make_evidence(student, title="Churn dashboard", *, skills=("SQL",), **fields):
    """A link in the student's library."""
    defaults = {
        "kind": "link", "url": "https://work.example/churn", "statement": "I wrote the queries.", "ai_use": "none",
        "created_at": NOW,
    }  # fmt: skip
    evidence = Evidence.objects.create(student=student, title=title, **(defaults | fields))
    for skill in skills:
        EvidenceSkill.objects.create(evidence=evidence, skill=make_skill(skill), level=2)
    return evidence


def make_application(*, project=None, student=None, status="submitted", answers=True, **fields):
    """An application in any state, with evidence for each competency."""
    project = project or make_project()
    student = student or make_student(f"Ari Number{next(counter)}")
    taken = set(project.applications.values_list("label", flat=True))
    free = next(letter for letter in map(chr, itertools.count(ord("A"))) if letter not in taken)
    defaults = {"approach": "Start with the missing values.", "is_available": True, "created_at": NOW}
    if status == "waitlisted":
        defaults["queued_at"] = NOW
    elif status != "draft":
        defaults |= {"submitted_at": NOW, "label": free}
    if status in ("shortlisted", "offered", "accepted", "declined"):
        defaults["revealed_at"] = NOW
    if status in ("offered", "accepted", "declined"):
        defaults |= {"offered_at": NOW, "offer_expires_at": NOW + timedelta(days=3)}
    if status == "not_selected":
        defaults |= {"reason": "stronger", "decided_at": NOW}
    application = Application.objects.create(project=project, student=student, status=status, **(defaults | fields))
    if answers:
        add_answers(application)
    return application


def add_answers(application):
    """Evidence for each competency of the project."""
    for competency in application.project.competencies.all():
        evidence = make_evidence(application.student, f"Proof of {competency.skill}", skills=[competency.skill.name])
        answer_with(application, competency, evidence)


def answer_with(application, competency, evidence):
    """This evidence, as it is now, for that competency."""
    return ApplicationEvidence.objects.create(
        application=application, competency=competency, evidence=evidence, **snapshot(evidence)
    )


def make_scores(application, assessor, level=2):
    """Every competency of the application scored by one assessor."""
    assessment = Assessment.objects.create(application=application, assessor=assessor, started_at=NOW)
    for competency in application.project.competencies.all():
        Score.objects.create(
            assessment=assessment,
            competency=competency,
            level=level,
            blind_level=level,
            justification="The query is theirs.",
            scored_at=NOW,
        )
    return assessment


def make_engagement(*, status="active", project=None, student=None, application=None, **fields):
    """An engagement in any state (no money rows: payments have their own factories)."""
    application = application or make_application(
        project=project or make_project(status="closed"), student=student, status="accepted"
    )
    project = application.project
    defaults = {
        "fee_amount": project.fee_amount, "service_fee_amount": project.service_fee_amount, "currency": "usd",
        "accepted_at": NOW, "funding_due_at": NOW + timedelta(days=5), "due_at": NOW + timedelta(days=20),
    }  # fmt: skip
    if status not in ("awaiting_funding", "cancelled"):
        defaults |= {
            "funded_at": NOW, "kickoff_due_at": NOW + timedelta(days=3), "kickoff_student_at": NOW,
            "kickoff_organization_at": NOW,
        }  # fmt: skip
    if status in ("delivered", "changes_requested", "approved"):
        defaults |= {"delivered_at": NOW, "review_due_at": NOW + timedelta(days=5)}
    if status == "approved":
        defaults["approved_at"] = NOW
    if status == "cancelled":
        defaults["cancelled_at"] = NOW
    engagement = Engagement.objects.create(
        application=application, project=project, student=application.student, organization=project.organization,
        status=status, **(defaults | fields),
    )  # fmt: skip
    if status in ("delivered", "changes_requested", "approved"):
        make_delivery(engagement)
    return engagement


def make_delivery(engagement, version=1, **fields):
    defaults = {"note": "The CSV and the notebook.", "link": "https://work.example/v1", "delivered_at": NOW}
    return Delivery.objects.create(engagement=engagement, version=version, **(defaults | fields))

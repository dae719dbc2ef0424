"""Writing a draft. Whatever was submitted changes only after it was taken back to draft."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from marketplace.activity.actions import record
from marketplace.db import lock
from marketplace.errors import DomainError, InvalidTransition
from marketplace.formatting import times
from marketplace.money import exponent
from marketplace.skills.models import Skill, SkillFamily
from projects.actions.judging import set_rubrics
from projects.models import AcceptanceCriterion, Competency, Project
from projects.rubric import own_words
from projects.sections import SECTIONS

COPIED = (
    "title", "field", "brief", "deliverable", "hours", "fee_amount", "places", "is_remote", "place",
    "portfolio_permission",
)  # fmt: skip


@transaction.atomic
def create_draft(*, organization, by, at, title="", starter=None):
    """A new draft: empty, or with the words of a Starter. Raises DomainError while the organization may not post."""
    check_may_post(organization, at)
    project = Project.objects.create(
        organization=organization, created_by=by, title=title, currency=settings.CURRENCY, created_at=at
    )
    if starter is not None:
        fill_from(project, starter)
    record("project.created", actor=by, subject=project, at=at, **({"starter": starter.slug} if starter else {}))
    return project


def fill_from(project, starter):
    """Write a Starter into a new draft. Skills that the taxonomy does not hold are left out."""
    project.title = project.title or starter.title
    project.field = SkillFamily.objects.filter(slug=starter.field).first()
    project.brief, project.deliverable, project.hours = starter.brief, starter.deliverable, starter.hours
    project.fee_amount = max(starter.hourly * 10 ** exponent(settings.CURRENCY), settings.HOURLY_FLOOR) * starter.hours
    project.save()
    set_criteria(project=project, texts=starter.criteria)
    names = [name for name, _level, _question in starter.competencies]
    skills = {skill.name: skill for skill in Skill.objects.filter(name__in=names, is_active=True)}
    rows = [
        {"skill": skills[name], "level": level, "evidence_asked": question}
        for name, level, question in starter.competencies
        if name in skills
    ]
    set_competencies(project=project, rows=rows)


@transaction.atomic
def save_section(*, project, section, by, at, criteria=None, competencies=None, rubrics=None, **values):
    """Save one part of the task list, whole or not at all. `criteria` and `competencies` replace the rows.

    `rubrics`: {id of a competency: {"rubric", "good_evidence", "ai_policy"}}.

    Raises InvalidTransition when the project is no longer a draft.
    """
    project = lock_draft(project)
    unknown = values.keys() - set(SECTIONS[section].fields)
    if unknown:
        raise TypeError(f"{section} has no {', '.join(sorted(unknown))}")
    for name, value in values.items():
        setattr(project, name, value)
    if values:
        project.save(update_fields=list(values))
    if criteria is not None:
        set_criteria(project=project, texts=criteria)
    if competencies is not None:
        set_competencies(project=project, rows=competencies)
    if rubrics is not None:
        set_rubrics(project, rubrics)
    record("project.edited", actor=by, subject=project, at=at, section=section)
    return project


@transaction.atomic
def set_criteria(*, project, texts):
    """Replace the acceptance criteria by `texts`, in this order. Empty texts are left out."""
    project = lock_draft(project)
    texts = [text.strip() for text in texts if text.strip()]
    if len(texts) > settings.PROJECT_CRITERIA[1]:
        raise DomainError(f"At most {settings.PROJECT_CRITERIA[1]} acceptance criteria.", code="too_many")
    project.criteria.all().delete()
    AcceptanceCriterion.objects.bulk_create(
        AcceptanceCriterion(project=project, position=position, text=text) for position, text in enumerate(texts)
    )


@transaction.atomic
def set_competencies(*, project, rows):
    """Replace the competencies by `rows` of {skill, level, evidence_asked}, in this order.

    What was chosen in the rubric of a skill stays with it, unless the row brings its own.
    """
    project = lock_draft(project)
    if len(rows) > settings.PROJECT_COMPETENCIES[1]:
        raise DomainError(f"At most {settings.PROJECT_COMPETENCIES[1]} competencies.", code="too_many")
    if len({row["skill"].pk for row in rows}) < len(rows):
        raise DomainError("Each competency is asked for once.", code="duplicate")
    before = project.competencies.select_related("skill__family")
    reworded = {competency.skill_id: own_words(competency) for competency in before}
    before.delete()
    Competency.objects.bulk_create(
        Competency(project=project, position=position, **(reworded.get(row["skill"].pk, {}) | row))
        for position, row in enumerate(rows)
    )


@transaction.atomic
def copy_project(*, project, by, at):
    """A new draft with the same words and pay, and no dates."""
    check_may_post(project.organization, at)
    values = {name: getattr(project, name) for name in COPIED}
    copy = Project.objects.create(
        organization=project.organization, created_by=by, currency=settings.CURRENCY, created_at=at,
        **values | keep_permission(project),
    )  # fmt: skip
    set_criteria(project=copy, texts=[row.text for row in project.criteria.order_by("position")])
    rows = project.competencies.filter(skill__is_active=True).order_by("position").select_related("skill__family")
    asked = [{"skill": row.skill, "level": row.level, "evidence_asked": row.evidence_asked} for row in rows]
    words = [own_words(row) for row in rows]
    set_competencies(project=copy, rows=[one | other for one, other in zip(asked, words, strict=True)])
    record("project.created", actor=by, subject=copy, at=at, copied_from=project.code)
    return copy


def keep_permission(project):
    """A permission that needs a date is not copied: the date would be the old one."""
    dated = project.portfolio_permission == Project.PortfolioPermission.AFTER_DATE
    return {"portfolio_permission": "" if dated else project.portfolio_permission}


def lock_draft(project):
    """The row, locked and still a draft. Raises InvalidTransition otherwise."""
    project = lock(Project, project.pk)
    if project.status != Project.Status.DRAFT:
        raise InvalidTransition("Only a draft can be changed. Take it back to draft first, if it is still in review.")
    return project


def check_may_post(organization, at):
    """Raises DomainError while posting is paused (two lapsed decisions) or the organization is suspended."""
    if organization.suspended_at is not None:
        raise DomainError(f"{organization} is suspended and cannot post projects.", code="suspended")
    if organization.is_paused(at):
        until = times.short(timezone.localdate(organization.posting_paused_until), None)
        raise DomainError(
            f"{organization} cannot post projects until {until}: applicants were left without a decision.",
            code="posting_paused",
        )

"""How evidence is judged: worded anew until the first application, clarified after it."""

from django.db import transaction

from marketplace.activity.actions import record
from marketplace.db import lock
from marketplace.errors import DomainError, InvalidTransition, LimitReached
from projects import notices
from projects.lint import lint_text
from projects.models import RUBRIC_LENGTH, Clarification, Competency, Project
from projects.queries import has_applications
from projects.rubric import SHOWN, fixed, good_evidence, own_words, rubric_of

Status = Project.Status
MOST_CLARIFICATIONS = 10  # per project
CLARIFICATION_LENGTH = 500  # characters


@transaction.atomic
def edit_rubric(*, project, rubrics, by, at):
    """Word the rubric of an open project anew, while nobody has applied; who has begun a draft is told.

    `rubrics`: {id of a competency: {"rubric", "good_evidence", "ai_policy"}}. Raises InvalidTransition once an
    application was sent, DomainError for words that a moderator would have to read first.
    """
    project = lock(Project, project.pk)
    if project.status != Status.OPEN:
        raise InvalidTransition("Only the rubric of an open project is edited here.")
    if has_applications(project):
        raise InvalidTransition("Somebody has applied, so the rubric is fixed. Add a clarification instead.")
    changed = set_rubrics(project, rubrics)
    fix_rubrics(project)
    refuse_flagged("\n".join(text for row in changed for text in (*row.rubric, row.good_evidence)))
    if changed:
        record("project.rubric_edited", actor=by, subject=project, at=at, competencies=[row.pk for row in changed])
        notices.rubric_edited(project, at=at)
    return project


@transaction.atomic
def clarify(*, project, text, by, at, competency=None):
    """Add a sentence to a locked rubric. It stays, it is public, and everybody who applied or has begun to is told.

    Raises InvalidTransition while the rubric itself can be edited or when the project is over, LimitReached,
    DomainError with the field. The same sentence again changes nothing.
    """
    project = lock(Project, project.pk)
    if not project.is_running:
        raise InvalidTransition("Only a project that is open, or waits for decisions, is clarified.")
    if not has_applications(project):
        raise InvalidTransition("Nobody has applied yet: edit the rubric itself.")
    text = " ".join(text.split())
    if not text or len(text) > CLARIFICATION_LENGTH:
        raise DomainError(f"Write 1 to {CLARIFICATION_LENGTH} characters.", field="text", code="length")
    if competency is not None and competency.project_id != project.pk:
        raise DomainError("This project does not ask for that.", field="competency", code="other_project")
    if same := project.clarifications.filter(competency=competency, text=text).first():
        return same
    if project.clarifications.count() >= MOST_CLARIFICATIONS:
        raise LimitReached(f"A project has at most {MOST_CLARIFICATIONS} clarifications.", code="too_many")
    refuse_flagged(text, field="text")
    added = Clarification.objects.create(project=project, competency=competency, text=text, by=by, at=at)
    record("project.clarified", actor=by, subject=project, at=at, clarification=added.pk)
    notices.clarified(added, at=at)
    return added


def set_rubrics(project, rubrics):
    """Write them to the rows of the locked project, but not the template's own words. Returns what changed."""
    changed = []
    for row in project.competencies.select_related("skill__family").order_by("position"):
        wanted = rubrics.get(row.pk)
        if wanted is None:
            continue
        before = (rubric_of(row), good_evidence(row), row.ai_policy)
        row.rubric, row.good_evidence = checked(wanted["rubric"]), wanted["good_evidence"]
        row.ai_policy = wanted.get("ai_policy", row.ai_policy)
        if (rubric_of(row), good_evidence(row), row.ai_policy) != before:
            changed.append(row)
        for name, value in own_words(row).items():
            setattr(row, name, value)
        row.save(update_fields=["rubric", "good_evidence", "ai_policy"])
    return changed


def fix_rubrics(project):
    """From submission on every word stands in the row."""
    rows = fixed(list(project.competencies.select_related("skill__family")))
    Competency.objects.bulk_update(rows, ["rubric", "good_evidence"])


def checked(rubric):
    """Four different texts, or none. Raises DomainError."""
    if rubric and len({text.lower() for text in rubric}) < len(SHOWN):
        raise DomainError("Two levels say the same: an assessor could not tell them apart.", code="same_words")
    if any(not 0 < len(text) <= RUBRIC_LENGTH for text in rubric):
        raise DomainError(f"Each level has 1 to {RUBRIC_LENGTH} characters.", code="length")
    return rubric


def refuse_flagged(text, field=None):
    """What is published already is not read by a moderator again, so it must be clean. Raises DomainError."""
    if flags := lint_text(text):
        raise DomainError(f"{flags[0].message} You wrote “{flags[0].excerpt}”.", field=field, code=flags[0].code)

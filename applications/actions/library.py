"""The evidence library: what a student keeps to show, again and again."""

from urllib.parse import urlsplit

from django.db import transaction

from applications.models import Application, ApplicationEvidence, Evidence, EvidenceSkill
from applications.skills_shown import refresh_from_evidence
from applications.wording import MAX_WORDS, count_words
from marketplace.activity.actions import record
from marketplace.db import lock
from marketplace.errors import DomainError, InvalidTransition

SKILLS = (1, 5)


@transaction.atomic
def add_evidence(*, student, title, statement, skills, by, at, url="", file=None):
    """One item: a link or a StoredFile, what I did, and `skills` as [(Skill, level)].

    Raises DomainError with the field that is wrong.
    """
    check_evidence(title, statement, url, file)
    check_skills(skills)
    evidence = Evidence.objects.create(
        student=student, title=title.strip(), kind=Evidence.Kind.FILE if file else Evidence.Kind.LINK, url=url,
        file=file, statement=statement.strip(), created_at=at,
    )  # fmt: skip
    EvidenceSkill.objects.bulk_create(
        EvidenceSkill(evidence=evidence, skill=skill, level=level) for skill, level in skills
    )
    refresh_from_evidence(student, [skill.pk for skill, _level in skills], at=at)
    record("evidence.added", actor=by, subject=evidence, at=at)
    return evidence


@transaction.atomic
def edit_evidence(*, evidence, title, statement, skills, by, at, url="", file=None):
    """Change an item. Drafts that use it follow; what was sent stays as it was sent."""
    evidence = lock(Evidence, evidence.pk)
    if evidence.archived_at:
        raise InvalidTransition("This evidence is archived. Bring it back first.")
    check_evidence(title, statement, url, file)
    check_skills(skills)
    evidence.title, evidence.statement = title.strip(), statement.strip()
    evidence.kind = Evidence.Kind.FILE if file else Evidence.Kind.LINK
    evidence.url, evidence.file = url, file
    evidence.save(update_fields=["title", "statement", "kind", "url", "file"])
    before = set(evidence.evidence_skills.values_list("skill_id", flat=True))
    evidence.evidence_skills.all().delete()
    EvidenceSkill.objects.bulk_create(
        EvidenceSkill(evidence=evidence, skill=skill, level=level) for skill, level in skills
    )
    refresh_from_evidence(evidence.student, before | {skill.pk for skill, _level in skills}, at=at)
    drafts = ApplicationEvidence.objects.filter(evidence=evidence, application__status=Application.Status.DRAFT)
    drafts.update(**snapshot(evidence))
    record("evidence.edited", actor=by, subject=evidence, at=at)
    return evidence


@transaction.atomic
def archive_evidence(*, evidence, by, at):
    """Take it out of the library; applications keep their copy. Archiving twice changes nothing."""
    evidence = lock(Evidence, evidence.pk)
    if evidence.archived_at:
        return evidence
    return _set_archived(evidence, at, verb="evidence.archived", by=by, at=at)


@transaction.atomic
def restore_evidence(*, evidence, by, at):
    evidence = lock(Evidence, evidence.pk)
    if evidence.archived_at is None:
        return evidence
    return _set_archived(evidence, None, verb="evidence.restored", by=by, at=at)


def _set_archived(evidence, moment, *, verb, by, at):
    evidence.archived_at = moment
    evidence.save(update_fields=["archived_at"])
    refresh_from_evidence(evidence.student, list(evidence.evidence_skills.values_list("skill_id", flat=True)), at=at)
    record(verb, actor=by, subject=evidence, at=at)
    return evidence


def snapshot(evidence):
    """The columns an application copies."""
    return {
        "title": evidence.title, "kind": evidence.kind, "url": evidence.url, "file": evidence.file,
        "statement": evidence.statement,
    }  # fmt: skip


def check_evidence(title, statement, url, file):
    if not title.strip():
        raise DomainError("Give it a title.", field="title", code="required")
    if bool(url) == bool(file):
        raise DomainError("Give either a link or a file.", field="url", code="link_or_file")
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise DomainError("A link starts with https:// or http://.", field="url", code="bad_link")
    check_words(statement, field="statement", what="Say what you did yourself.")


def check_words(text, *, field, what):
    """Between 1 and MAX_WORDS words."""
    words = count_words(text)
    if words == 0:
        raise DomainError(what, field=field, code="required")
    if words > MAX_WORDS:
        raise DomainError(f"This has {words} words. The limit is {MAX_WORDS}.", field=field, code="too_long")


def check_skills(skills):
    least, most = SKILLS
    if not least <= len(skills) <= most:
        raise DomainError(f"Name {least} to {most} skills that it shows.", field="skills", code="skill_count")
    if len({skill.pk for skill, _level in skills}) < len(skills):
        raise DomainError("Name each skill once.", field="skills", code="skill_twice")

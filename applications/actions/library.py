"""The evidence library: what a student keeps to show, again and again."""

from urllib.parse import urlsplit

from django.db import transaction

from applications.models import Application, ApplicationEvidence, Evidence, EvidenceSkill
from applications.queries import was_sent
from applications.skills_shown import refresh_from_evidence
from applications.wording import MAX_WORDS, count_words
from marketplace.accounts.models import Student
from marketplace.activity.actions import record
from marketplace.db import lock
from marketplace.errors import DomainError, InvalidTransition
from marketplace.files.discarding import release
from marketplace.links.actions import look_up
from marketplace.links.addresses import is_own_network

SKILLS = (1, 5)
SOURCES = {"url": Evidence.Kind.LINK, "file": Evidence.Kind.FILE, "text": Evidence.Kind.TEXT}
CONTENT = ("title", "url", "file", "text", "statement", "proves", "team", "ai_use", "ai_used_for")
TEXT_MAX = Evidence._meta.get_field("text").max_length


@transaction.atomic
def add_evidence(*, student, skills, by, at, **content):
    """One item: a link, a StoredFile or a text, what I did, and `skills` as [(Skill, level)].

    `content` are fields of EvidenceContent, without kind and version. Raises DomainError with the field that is wrong.
    """
    content = checked_content(content)
    check_skills(skills)
    evidence = Evidence.objects.create(student=student, created_at=at, **content)
    EvidenceSkill.objects.bulk_create(
        EvidenceSkill(evidence=evidence, skill=skill, level=level) for skill, level in skills
    )
    refresh_from_evidence(student, [skill.pk for skill, _level in skills], at=at)
    if evidence.url:
        look_up(evidence.url, at=at)
    record("evidence.added", actor=by, subject=evidence, at=at)
    return evidence


@transaction.atomic
def edit_evidence(*, evidence, skills, by, at, **content):
    """Change an item. Drafts that use it follow; what was sent stays as it was sent, under its version number.

    The student's row is locked first, as when sending: what is sent meanwhile is sent before or after the edit.
    """
    lock(Student, evidence.student_id)
    evidence = lock_kept(evidence)
    content = checked_content(content)
    check_skills(skills)
    write_content(evidence, content, at=at)
    before = set(evidence.evidence_skills.values_list("skill_id", flat=True))
    evidence.evidence_skills.all().delete()
    EvidenceSkill.objects.bulk_create(
        EvidenceSkill(evidence=evidence, skill=skill, level=level) for skill, level in skills
    )
    refresh_from_evidence(evidence.student, before | {skill.pk for skill, _level in skills}, at=at)
    if evidence.url:
        look_up(evidence.url, at=at)
    record("evidence.edited", actor=by, subject=evidence, at=at, version=evidence.version)
    return evidence


def lock_kept(evidence):
    evidence = lock(Evidence, evidence.pk)
    if evidence.archived_at:
        raise InvalidTransition("This evidence is archived. Bring it back first.")
    return evidence


def write_content(evidence, content, *, at):
    """Save what changed, as a new version if this one was sent; drafts get the new words."""
    changed = [name for name, value in content.items() if getattr(evidence, name) != value]
    if not changed:
        return
    if was_sent(evidence):
        evidence.version += 1
    if "file" in changed and evidence.file:
        release(evidence.file, at=at)
    for name in changed:
        setattr(evidence, name, content[name])
    evidence.save(update_fields=[*changed, "version"])
    drafts = ApplicationEvidence.objects.filter(evidence=evidence, application__status=Application.Status.DRAFT)
    drafts.update(**snapshot(evidence))


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
    return {name: getattr(evidence, name) for name in (*CONTENT, "kind", "version")}


def checked_content(values):
    """All of CONTENT and the kind, without blanks around, from the fields that were given.

    Raises DomainError with the field that is wrong.
    """
    content = dict.fromkeys(CONTENT, "") | {"file": None} | values
    content = {name: value.strip() if isinstance(value, str) else value for name, value in content.items()}
    if not content["title"]:
        raise DomainError("Give it a title.", field="title", code="required")
    given = [kind for field, kind in SOURCES.items() if content[field]]
    if len(given) != 1:
        raise DomainError("Give one of the three: a link, a file or a text.", field="url", code="one_source")
    if content["url"] and urlsplit(content["url"]).scheme not in ("http", "https"):
        raise DomainError("A link starts with https:// or http://.", field="url", code="bad_link")
    if content["url"] and is_own_network(content["url"]):
        raise DomainError(
            "This address opens only on your own computer or network. Give one that opens everywhere, or add a file.",
            field="url", code="own_network",
        )  # fmt: skip
    if len(content["text"]) > TEXT_MAX:
        raise DomainError(f"A text has at most {TEXT_MAX:,} characters.", field="text", code="too_long")
    check_words(content["statement"], field="statement", what="Say what you did yourself.")
    if content["ai_use"] != Evidence.AIUse.USED:
        content["ai_used_for"] = ""
    elif not content["ai_used_for"]:
        raise DomainError("Say what AI was used for.", field="ai_used_for", code="required")
    return content | {"kind": given[0]}


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

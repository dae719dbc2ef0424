"""The people of the demo, their organizations and their evidence."""

from datetime import timedelta
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.text import slugify

from applications.actions import add_evidence, calibrate
from applications.calibration import examples
from marketplace.accounts.actions import answer_eligibility, become_student, create_organization, update_student
from marketplace.accounts.models import Membership, User
from marketplace.accounts.rules import POSTERS
from marketplace.files.actions import store_checked
from marketplace.files.checking import check_upload
from marketplace.files.kinds import EVIDENCE
from marketplace.links.models import LinkPreview
from marketplace.local.demo import texts
from marketplace.local.demo.people import PEOPLE
from marketplace.moderation.actions import verify_organization
from marketplace.skills.models import Skill


def featured(name):
    """The featured person of that name, or None."""
    return next((person for person in PEOPLE if person.name == name), None)


def make_person(name, fallback_email, *, at, time_zone="America/New_York", **fields):
    """A User without a password: demo people sign in with one click. The address is confirmed."""
    known = featured(name)
    email = known.email if known else fallback_email
    user = User.objects.create_user(
        email, None, name=name, time_zone=known.time_zone if known else time_zone, date_joined=at, **fields
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def make_moderator(at):
    known = next(person for person in PEOPLE if person.moderator)
    return make_person(known.name, known.email, at=at, is_staff=True, is_superuser=True)


def make_organizations(moderator, at):
    """{slug: Organization}, each with its members; `at` is when the first one joined."""
    found = {}
    for number, text in enumerate(texts.organizations()):
        joined = at + timedelta(days=number) if text["verified"] else at + timedelta(days=86)
        founder, *others = [make_member(text, member, joined) for member in text["members"]]
        organization = create_organization(
            name=text["name"],
            website=text["website"],
            about=text["about"],
            place=text["place"],
            by=founder[0],
            at=joined,
        )
        for user, role in others:
            Membership.objects.create(organization=organization, user=user, role=role, created_at=joined)
        if text["verified"]:
            verify_organization(
                organization=organization, by=moderator, at=joined + timedelta(hours=5),
                reason="Website, registration and a phone call match.",
            )  # fmt: skip
            calibrate_assessors(organization, joined + timedelta(hours=6))
        found[text["slug"]] = organization
    return found


def calibrate_assessors(organization, at):
    """Owners as the key; members one level off in the last example, as happens."""
    for membership in organization.memberships.filter(role__in=POSTERS).select_related("user"):
        is_owner = membership.role == Membership.Role.OWNER
        for example in examples():
            level = example.key if is_owner or example != examples()[-1] else example.key - 1
            calibrate(organization=organization, example=example, level=level, by=membership.user, at=at)


def make_member(organization, member, at):
    first_last = slugify(member["name"]).replace("-", ".")
    return make_person(member["name"], f"{first_last}@{organization['slug']}.example", at=at), member["role"]


def make_students(at):
    """[Student], with profile, eligibility and evidence; they joined one after another from `at` on."""
    skills = {skill.name.lower(): skill for skill in Skill.objects.all()}
    return [
        make_student(text, skills, at + timedelta(hours=19 * number)) for number, text in enumerate(texts.students())
    ]


def make_student(text, skills, at):
    first_last = slugify(text["name"]).replace("-", ".")
    user = make_person(text["name"], f"{first_last}@students.example", at=at, time_zone=text["time_zone"])
    student = become_student(user=user, display_name=text["name"], at=at)
    student = update_student(
        student=student, by=user, at=at, headline=text["headline"], about=text["about"], hours_per_week=text["hours"]
    )
    student = answer_eligibility(
        student=student, is_adult=True, country=text.get("country", "US"), may_contract=True, by=user, at=at
    )
    for number, item in enumerate(text["evidence"]):
        make_evidence(student, item, skills, at + timedelta(hours=number + 1))
    return student


@transaction.atomic
def make_evidence(student, item, skills, at):
    sources = {
        "link": lambda: {"url": item["url"]}, "file": lambda: {"file": store_text(student.user, item, at)},
        "text": lambda: {"text": item["content"]},
    }  # fmt: skip
    add_evidence(
        student=student, by=student.user, at=at, title=item["title"], statement=item["statement"],
        proves=item["proves"], team=item.get("team", ""), ai_use="used" if "ai" in item else "none",
        ai_used_for=item.get("ai", ""), skills=[(skills[name.lower()], level) for name, level in item["skills"]],
        **sources[item["kind"]](),
    )  # fmt: skip
    if item["kind"] == "link":
        pretend_it_opens(item, at)


def pretend_it_opens(item, at):
    """The demo's links lead to pages that were invented with their students: nobody is asked for them."""
    found = {"state": "ready", "title": item["title"], "site": urlsplit(item["url"]).hostname, "due_at": None}
    LinkPreview.objects.filter(url=item["url"]).update(**found, checked_at=at)


def store_text(owner, item, at):
    upload = ContentFile(item["content"].encode(), name=item["filename"])
    return store_checked(check_upload(upload, EVIDENCE), owner=owner, at=at)

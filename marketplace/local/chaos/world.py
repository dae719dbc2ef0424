"""Who there is before anything breaks: organizations, students, and an accepted offer for each engagement.

What precedes an offer is written as rows, because only money is on trial here; from the offer on, actions are called.
Imported when Django is set up.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from applications.models import Application
from engagements.actions import accept_offer
from marketplace.accounts.models import Membership, Organization, Student, User
from marketplace.accounts.sessions import SessionStore
from marketplace.clock import now
from marketplace.local.chaos.people import Person
from marketplace.local.sign_in import BACKEND
from marketplace.skills.models import Skill, SkillFamily
from payments import actions
from projects.models import AcceptanceCriterion, Competency, Project

PER_ORGANIZATION, PER_STUDENT = 12, 3  # engagements
CRITERIA, COMPETENCIES = 3, 2
OFFER = timedelta(days=3)


@dataclass
class Cast:
    """The people of one engagement; `application` is that of the runner-up, who only lost the place to the student."""

    code: str
    student: Person
    runner_up: Person
    application: str
    owner: Person
    member: Person
    finance: Person


class World:
    """Made once, before the first fault. `dice` decides fees and who is ready to be paid."""

    def __init__(self, site, dice, stripe):
        self.site, self.dice, self.stripe, self.at = site, dice, stripe, now()
        self.field, _ = SkillFamily.objects.get_or_create(slug="chaos", defaults={"name": "Chaos"})
        self.skills = [
            Skill.objects.create(name=f"Skill {n}", slug=f"skill-{n}", family=self.field) for n in range(COMPETENCIES)
        ]
        self.moderator = self.make_person("Mo Derator", is_staff=True, is_superuser=True)

    def make(self, engagements):
        """[Cast], one for each engagement, all awaiting funding."""
        students = [self.make_student(n) for n in range(max(2, -(-engagements // PER_STUDENT)))]
        teams = [self.make_team(n) for n in range(-(-engagements // PER_ORGANIZATION))]
        return [
            self.make_engagement(n, students[n // PER_STUDENT], students[n // PER_STUDENT - 1], teams[n % len(teams)])
            for n in range(engagements)
        ]

    def make_person(self, name, **fields):
        email = f"{name.lower().replace(' ', '.')}@chaos.example"
        user = User.objects.create_user(email, None, name=name, **fields)
        return Person(self.site, user, session_of(user))

    def make_student(self, number):
        person = self.make_person(f"Student {number}")
        person.student = Student.objects.create(
            user=person.user, slug=f"student-{number}", display_name=f"Student {number}", is_adult=True, country="US",
            may_contract=True, eligibility_answered_at=self.at,
        )  # fmt: skip
        person.will_be_paid = self.dice.choices(["now", "later", "restricted", "never"], [70, 16, 10, 4])[0]
        if person.will_be_paid in ("now", "restricted"):
            self.onboard(person)
        return person

    def onboard(self, person):
        actions.start_onboarding(student=person.student, by=person.user, at=self.at)
        account = person.student.payout_account
        self.stripe.onboard(account.stripe_id, "active" if person.will_be_paid == "now" else "restricted")
        actions.sync_account(account.stripe_id, at=self.at)

    def make_team(self, number):
        name = f"Organization {number}"
        organization = Organization.objects.create(name=name, slug=f"organization-{number}", verified_at=self.at)
        team = {"organization": organization}
        for role in Membership.Role.values:
            team[role] = self.make_person(f"{role.title()} {number}")
            Membership.objects.create(organization=organization, user=team[role].user, role=role)
        return team

    def make_engagement(self, number, student, runner_up, team):
        project = self.make_project(number, team)
        offered = self.make_application(
            project, student, label="A", status="offered", offered_at=self.at, offer_expires_at=self.at + OFFER
        )
        second = self.make_application(
            project, runner_up, label="B", status="not_selected", reason="filled", decided_at=self.at
        )
        engagement = accept_offer(application=offered, by=student.user, at=self.at)
        team = (team["owner"], team["member"], team["finance"])
        return Cast(engagement.code, student, runner_up, second.code, *team)

    def make_application(self, project, person, **fields):
        return Application.objects.create(
            project=project, student=person.student, approach="Carefully.", is_available=True, submitted_at=self.at,
            revealed_at=self.at, **fields,
        )  # fmt: skip

    def make_project(self, number, team):
        hours = self.dice.randint(10, 40)
        fee = hours * self.dice.randint(2_000, 4_000) + self.dice.randint(0, 99)
        project = Project.objects.create(
            organization=team["organization"], created_by=team["owner"].user, status="draft",
            title=f"Project {number}", field=self.field, brief="A brief.", deliverable="A file", hours=hours,
            fee_amount=fee, hourly_floor=2_000, service_fee_bps=self.dice.choice([1_000, 1_000, 850, 1_234]),
            applications_close_at=self.at, decisions_due_at=self.at, opened_at=self.at, closed_at=self.at,
            work_due_on=(self.at + timedelta(days=30)).date(), portfolio_permission="full", submitted_at=self.at,
            close_reason="employer", matched_at=self.at,
        )  # fmt: skip
        AcceptanceCriterion.objects.bulk_create(
            AcceptanceCriterion(project=project, position=n, text=f"Criterion {n + 1} holds") for n in range(CRITERIA)
        )
        Competency.objects.bulk_create(
            Competency(project=project, position=n, skill=skill, level=2, evidence_asked="Show one.")
            for n, skill in enumerate(self.skills)
        )
        Project.objects.filter(pk=project.pk).update(status="closed")
        return project


def session_of(user):
    """The key of a session as signing in makes it: what is on trial is not the sign-in."""
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key

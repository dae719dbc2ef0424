"""Fill an empty marketplace: the same texts and seed give the same demo, relative to today."""

import random
from datetime import timedelta
from heapq import heappop, heappush
from itertools import count

from django.utils import timezone

from marketplace.accounts.models import Membership
from marketplace.local.demo import applying, cast, plan, posting, texts, working
from marketplace.local.demo.aftermath import tell_reports, tidy_notifications
from marketplace.local.demo.fairness import tell_fairness
from marketplace.local.demo.pace import quietly
from marketplace.local.demo.people import PEOPLE

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Days from the opening of a project with a story to today, so that its phase is what is happening now.
AGE = {
    "awaiting_funding": 15, "funded": 16, "active": 19, "delivered": 22, "changes_requested": 24, "redelivered": 27,
    "approved": 26, "held": 25, "disputed": 24, "cancelled": 21, "reviewed": 34,
    "restricted": 23, "replaced": 18,
}  # fmt: skip
ENDS_AS = {
    "held": "approved", "restricted": "approved", "disputed": "active", "cancelled": "funded", "replaced": "funded",
}  # fmt: skip
PAYABLE = ("approved", "reviewed", "redelivered", "restricted")  # the student has been at Stripe
APPLICANTS = (3, 5, 0, 2, 6, 4, 1, 5)  # of open projects, in turn


class Seeding:
    """`say` is told about each step; `seed` decides who applies where and which words are used."""

    def __init__(self, *, now=None, seed=7, say=print):
        self.now = (now or timezone.now()).replace(second=0, microsecond=0)
        self.dice = random.Random(seed)
        self.say = say
        self.judgments = texts.judgments()
        self.texts = texts.stories()
        self.stories, self.turns = [], count()  # a heap of (when it goes on, a number, the story)

    def run(self):
        with quietly():
            self.moderator = cast.make_moderator(self.now - 120 * DAY)
            self.organizations = cast.make_organizations(self.moderator, self.now - 90 * DAY)
            self.students = cast.make_students(self.now - 85 * DAY)
            self.pool = applying.Pool(self.students, self.dice)
        self.say(f"{len(self.organizations)} organizations, {len(self.students)} students with evidence")
        planned = plan.plan(texts.projects(), self.texts, texts.organizations())
        self.mark_busy(planned)
        past = [item for item in planned if item.phase != "open"]
        for item in past:
            self.live(item)
        self.tell_stories()
        for item in planned:  # what is open comes last: the past leaves its traces
            if item not in past:
                self.live(item)
        self.say(f"{len(planned)} projects, {sum(1 for item in planned if item.story)} of them with an engagement")
        with quietly():
            tell_reports(self)
            tell_fairness(self.pool.students, now=self.now)
            tidy_notifications(self.now)

    def mark_busy(self, planned):
        """Featured students take part where their story says so, and nowhere by chance."""
        names = {person.name for person in PEOPLE if person.student}
        self.featured = {one.display_name: one for one in self.students if one.display_name in names}
        self.pool.students = [one for one in self.students if one.display_name not in names]

    def live(self, item):
        organization = self.organizations[item.text["organization"]]
        steps = {
            "draft": self.draft, "in_review": self.in_review, "open": self.open, "judging": self.judging,
            "offered": self.judging, "cancelled_project": self.cancelled_project, "removed": self.removed,
        }  # fmt: skip
        steps.get(item.phase, self.worked)(item, organization)

    # --- Projects that nobody works on (yet) ---

    def draft(self, item, organization):
        with quietly():
            posting.post(
                item.text, organization, opened_at=self.now - DAY, closes_at=self.now + 12 * DAY,
                sections=["outcome", "deliverable"],
            )  # fmt: skip

    def in_review(self, item, organization):
        with quietly():
            project = posting.post(
                item.text, organization, opened_at=self.now - 3 * HOUR, closes_at=self.now + 11 * DAY
            )
            posting.submit(project, at=self.now - 5 * HOUR)

    def opened(self, item, organization, *, opened_at, closes_at):
        project = posting.post(item.text, organization, opened_at=opened_at, closes_at=closes_at)
        return posting.publish(project, moderator=self.moderator, at=opened_at)

    def open(self, item, organization):
        opened_at = self.now - (item.number % 8) * DAY - (item.number % 5 + 1) * HOUR
        with quietly():
            project = self.opened(
                item, organization, opened_at=opened_at, closes_at=self.now + (2 + item.number * 5 % 11) * DAY
            )
            self.receive(
                project,
                item,
                count=APPLICANTS[item.number % len(APPLICANTS)],
                first=self.guests(project),
                until=self.now,
            )

    def guests(self, project):
        """Maya applies to the first two projects that fit her, and no more."""
        maya = self.featured.get("Maya Okafor")
        competencies = list(project.competencies.all())
        if maya and maya.applications.count() < 2 and self.pool.fit(maya, competencies) >= 0.6:
            return [maya]
        return []

    def cancelled_project(self, item, organization):
        with quietly():
            project = self.opened(item, organization, opened_at=self.now - 9 * DAY, closes_at=self.now + 4 * DAY)
            posting.cancel(project, at=self.now - 2 * DAY, reason=self.judgments["moderation"]["cancelled"])

    def removed(self, item, organization):
        with quietly():
            project = self.opened(item, organization, opened_at=self.now - 12 * DAY, closes_at=self.now + 3 * DAY)
            reason = self.judgments["moderation"]["removed"]
            posting.remove(project, moderator=self.moderator, at=self.now - 11 * DAY, reason=reason)

    # --- Applications ---

    def receive(self, project, item, *, count, first=(), until):
        """Applications one after another between the opening and `until`, each with words of its own."""
        approaches = item.text["approaches"]
        chosen = self.pool.applicants(list(project.competencies.all()), min(count, len(approaches)), first=first)
        span = (until - project.opened_at) / (len(chosen) + 1)
        sent = []
        for number, (student, approach) in enumerate(zip(chosen, approaches, strict=False), 1):
            application = applying.apply(
                project, student, self.pool, approach=approach, at=project.opened_at + span * number
            )
            sent += [application] if application else []
        return sent

    def judging(self, item, organization):
        """Closed yesterday; half of it is judged. In the phase "offered" the place is offered."""
        with quietly():
            project = self.opened(item, organization, opened_at=self.now - 13 * DAY, closes_at=self.now - 2 * DAY)
            sent = self.receive(project, item, count=7, until=self.now - 2 * DAY - 2 * HOUR)
            project = posting.close(project, at=self.now - DAY)
            offered = item.phase == "offered"
            self.judge(sent if offered else sent[: len(sent) // 2], at=self.now - 20 * HOUR)
            if not offered:
                self.judge_again(sent[: len(sent) // 2], at=self.now - 19 * HOUR)
            if offered and sent:
                winner = max(sent, key=lambda one: (one.total, -one.pk))
                self.choose(project, sent, winner, at=self.now - 9 * HOUR)
                applying.offer(winner, by=project.created_by, note="", at=self.now - 8 * HOUR)

    def judge(self, applications, *, at):
        for application in applications:
            assessor = application.project.created_by
            application.total = applying.judge(
                application, self.pool, assessor=assessor, judgments=self.judgments, at=at, dice=self.dice
            )

    def judge_again(self, applications, *, at):
        """Where the organization has a second person who assesses; what they see otherwise is to be settled."""
        dice = random.Random(len(applications))
        rows = applications[0].project.organization.memberships.filter(role="member") if applications else []
        for member in rows[:1]:
            for application in applications:
                applying.judge(
                    application, self.pool, assessor=member.user, judgments=self.judgments, at=at, dice=dice,
                    sees=applying.colleague,
                )  # fmt: skip

    def choose(self, project, sent, winner, *, at):
        applying.choose(
            sent, winner, by=project.created_by, at=at, judgments=self.judgments, dice=self.dice
        )  # fmt: skip

    # --- Engagements ---

    def worked(self, item, organization):
        opened_at = self.now - AGE[item.phase] * DAY - (item.number % 7) * (DAY if item.phase == "reviewed" else HOUR)
        with quietly():
            project = self.opened(item, organization, opened_at=opened_at, closes_at=opened_at + 8 * DAY)
            sent = self.receive(project, item, count=5, first=self.winner(item), until=opened_at + 8 * DAY)
            project = posting.close(project, at=opened_at + 9 * DAY)
            self.judge(sent, at=opened_at + 10 * DAY)
            winner = sent[0] if self.winner(item) else max(sent, key=lambda one: (one.total, -one.pk))
            self.choose(project, sent, winner, at=opened_at + 11 * DAY)
            applying.offer(winner, by=project.created_by, note=item.story["offer"], at=opened_at + 11 * DAY + HOUR)
        self.begin(self.work(item, winner, at=opened_at + 12 * DAY))

    def begin(self, story):
        """Up to the first step that moves money; it goes on when that moment comes."""
        moment = next(story, None)
        if moment is not None:
            heappush(self.stories, (moment, next(self.turns), story))

    def tell_stories(self):
        while self.stories:
            *_, story = heappop(self.stories)
            self.begin(story)

    def winner(self, item):
        """Daniel works for the featured organization, and finished something before."""
        daniel = self.featured.get("Daniel Reyes")
        ours = item.text["organization"] == plan.FEATURED_EMPLOYER and item.phase in ("changes_requested", "reviewed")
        return [daniel] if daniel and ours else []

    def work(self, item, winner, *, at):
        phase = ENDS_AS.get(item.phase, item.phase)
        if item.phase in PAYABLE and not hasattr(winner.student, "payout_account"):
            outcome = "restricted" if item.phase == "restricted" else "active"
            working.onboard(winner.student, at=at - HOUR, outcome=outcome)
        story = working.Story(winner, item.story, phase=phase, at=at, payer=self.payer(winner.project.organization))
        yield from story.live()
        engagement = story.engagement
        if item.phase == "disputed":
            working.dispute(
                engagement, self.judgments["disputes"][0], at=story.after(days=4), talked_at=self.now - 5 * HOUR
            )
        if "change_order" in item.story and item.phase == "changes_requested":
            working.ask_for_more(engagement, item.story["change_order"], by=story.manager, at=self.now - 20 * HOUR)
        if item.phase == "cancelled":
            reason = self.judgments["moderation"]["called_off"]
            yield story.after(hours=20)
            working.cancel(engagement, reason, by=story.manager, at=story.at)
        if item.phase == "replaced":
            yield story.after(days=3, hours=2)
            runner_up = working.replace(engagement, by=story.manager, at=story.at)
            if runner_up is not None:
                begins = {"phase": "active", "at": story.after(hours=9), "payer": story.payer}
                yield from working.Story(runner_up, item.story, **begins).live()

    def payer(self, organization):
        """The finance member where there is one, else the owner."""
        rows = organization.memberships.select_related("user").order_by("pk")
        finance = rows.filter(role=Membership.Role.FINANCE).first()
        return finance.user if finance else posting.poster(organization)

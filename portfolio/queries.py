"""What a portfolio page reads, in a constant number of queries."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q

from engagements.actions.reviews import level_shown
from engagements.models import Dispute, Engagement, Review, VerifiedCompetency
from engagements.queries import published_reviews, published_reviews_about
from marketplace.skills.models import Level, StudentSkill
from portfolio.disclosure import Disclosure, disclosure
from portfolio.models import Case
from projects.models import Project


def shown_cases(today):
    """Published, and not before the agreed date."""
    early = Q(
        engagement__project__portfolio_permission=Project.PortfolioPermission.AFTER_DATE,
        engagement__project__portfolio_from__gt=today,
    )
    return Case.objects.filter(published_at__isnull=False).exclude(early)


def with_proof(cases):
    """Join what a card and the verification page show."""
    verified = VerifiedCompetency.objects.select_related("competency__skill").order_by("competency__position")
    reviews = published_reviews().filter(side=Review.Side.ORGANIZATION)
    reviews = reviews.prefetch_related(Prefetch("competencies", verified))
    decided = Dispute.objects.filter(engagement=OuterRef("engagement"), outcome=Dispute.Outcome.RELEASE)
    rows = cases.select_related("student__user", "engagement__project__field", "engagement__organization")
    rows = rows.annotate(was_decided=Exists(decided))
    return rows.prefetch_related(
        Prefetch("engagement__reviews", reviews, to_attr="organization_reviews"), "engagement__project__criteria"
    )


@dataclass(frozen=True)
class Card:
    """A case as the public may read it: nothing that the permission withholds is in here."""

    case: Case
    allowed: Disclosure
    title: str
    organization: object  # Organization, or None where it may not be named
    verified: list
    quote: Review | None
    artefact_url: str

    @property
    def by(self):
        return self.organization.name if self.organization else "an organization on this site"

    @property
    def how(self):
        """By whom the work was accepted: (words before the name, words after it)."""
        if self.case.was_decided:
            return "accepted", "after a moderator's decision"
        if self.case.engagement.approved_by_id is None:
            return "accepted", "automatically, when the time to review was over"
        return "approved", f"by {self.by}"


def card(case):
    """The Card of a case from `with_proof`."""
    engagement = case.engagement
    project, organization = engagement.project, engagement.organization
    allowed = disclosure(project)
    review = next(iter(engagement.organization_reviews), None)
    named = allowed.names_organization
    return Card(
        case=case, allowed=allowed, title=project.title if named else f"{project.field} project, {project.hours} hours",
        organization=organization if named else None, verified=list(review.competencies.all()) if review else [],
        quote=review if review and allowed.quote else None, artefact_url=case.artefact_url if allowed.artefact else "",
    )  # fmt: skip


def criteria_of(case):
    """The acceptance criteria; without the organization's name only how many, since their words would find it."""
    rows = sorted(case.engagement.project.criteria.all(), key=lambda row: row.position)
    if disclosure(case.engagement.project).names_organization:
        return [row.text for row in rows]
    return [f"All {len(rows)} acceptance criteria that were fixed before the work began"]


def public_cards(student, today):
    rows = with_proof(shown_cases(today).filter(student=student)).order_by("-engagement__approved_at", "-pk")
    return [card(case) for case in rows]


def competencies_of(student):
    """[{skill, level, word, projects}], verified first: `projects` counts the published confirmations."""
    confirmed = VerifiedCompetency.objects.filter(
        review__published_at__isnull=False, review__engagement__student=student
    )
    counts = defaultdict(int)
    for skill, wanted, shown in confirmed.values_list("competency__skill", "competency__level", "level"):
        counts[skill] += level_shown(wanted, shown) is not None
    held = StudentSkill.objects.filter(student=student).select_related("skill")
    rows = [
        {
            "skill": row.skill, "level": row.level, "word": Level(row.level).label, "projects": counts[row.skill_id],
            "strength": row.strength,
        }
        for row in held.order_by("-strength", "-level", "skill__name")
    ]  # fmt: skip
    return [row for row in rows if row["projects"]], [row for row in rows if not row["projects"]]


@dataclass(frozen=True)
class Quote:
    """A published review about the student, with no more than the permission of its project shows."""

    review: Review
    by: str
    text: str


def reviews_of(student, today):
    """Every published review counts; its text and author appear where the project's permission allows naming it."""
    quotes = []
    for review in published_reviews_about(student):
        allowed = disclosure(review.engagement.project)
        named = allowed.names_organization and allowed.is_open(today)
        by = review.engagement.organization.name if named else "An organization on this site"
        quotes.append(Quote(review, by, review.text if named else ""))
    return quotes


def figures_of(quotes):
    if not quotes:
        return None
    ratings = [quote.review.rating for quote in quotes]
    return {
        "count": len(ratings), "average": round(sum(ratings) / len(ratings), 1),
        "again": sum(quote.review.again for quote in quotes),
    }  # fmt: skip


def own_cases(student):
    """All of one's cases, drafts first."""
    rows = with_proof(Case.objects.filter(student=student))
    return sorted(rows.order_by("-engagement__approved_at"), key=lambda case: case.published_at is not None)


def to_add(student):
    """Approved engagements without a case, newest first."""
    rows = Engagement.objects.filter(student=student, status=Engagement.Status.APPROVED, case=None)
    return rows.select_related("project", "organization").order_by("-approved_at")

"""Rows that repeat others, so that lists and matching read little; denormalised.py keeps and checks them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from marketplace.accounts.models import Organization, Student
from marketplace.skills.models import Level, Skill, SkillFamily
from projects.models.offer import Project

ASKED_PLACES = range(1, 6)  # of a competency in the list of a project: PROJECT_COMPETENCIES allows no more


class Reliability(models.Model):
    """What an organization did so far, as its projects show it; made by reliability.py. None: too few cases to say."""

    organization = models.OneToOneField(
        Organization, primary_key=True, on_delete=models.CASCADE, related_name="reliability"
    )
    decision_time = models.DurationField(null=True)  # median from application to decision
    answered_percent = models.PositiveSmallIntegerField(null=True)  # of the applications it had to decide
    approval_time = models.DurationField(null=True)  # median from delivery to approval
    hire_percent = models.PositiveSmallIntegerField(null=True)  # of its projects with applications that are decided
    completed = models.PositiveIntegerField(default=0)  # approved engagements
    projects = models.PositiveIntegerField(default=0)  # ever opened

    class Meta:
        verbose_name_plural = "reliability"

    def __str__(self):
        return f"{self.organization_id}: {self.answered_percent} % answered"

    @property
    def is_known(self):
        figures = (self.decision_time, self.answered_percent, self.approval_time, self.hire_percent)
        return any(figure is not None for figure in figures)


class ReliabilityDue(models.Model):
    """A change after which an organization's figures are made anew. Triggers write it, each change a row of its own:
    so no change waits for another."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_constraint=False)

    def __str__(self):
        return str(self.organization_id)


class Listing(models.Model):
    """An open project as browse and search see it. Written by the triggers of migration 0003 and by nothing else.

    One row per open project of an organization that is not suspended, so that a page of results, its total and every
    facet are answered in one statement. `tokens` hold what filters ask about (search/filters.py), `asked` each skill at
    its level as skill × 8 + level, `card` what a list prints.
    """

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="listing")
    field = models.ForeignKey(SkillFamily, on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    fee_amount = models.PositiveBigIntegerField()
    hours = models.PositiveSmallIntegerField()
    is_remote = models.BooleanField()
    level = models.PositiveSmallIntegerField(choices=Level)  # the highest that a competency asks for
    skill_ids = ArrayField(models.BigIntegerField())
    asked = ArrayField(models.IntegerField())
    tokens = ArrayField(models.IntegerField())
    document = SearchVectorField()
    headline = models.GeneratedField(  # what relevance is told by: title, competencies, field and organization
        db_persist=True, output_field=SearchVectorField(),
        expression=models.Func(F("document"), models.Value("{a,b,c}"), function="ts_filter"),
    )  # fmt: skip
    words = models.TextField()  # lower-case title, skills, field, organization: for spelling mistakes
    card = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["-opened_at", "-project"], name="listing_newest"),
            models.Index(fields=["closes_at", "project"], name="listing_closing"),
            models.Index(fields=["-fee_amount", "-project"], name="listing_pay"),
            GinIndex(fields=["document", "tokens"], name="listing_search", fastupdate=False),
            # The newest that ask for a skill at a level, whichever place it has in their list, with all that for_you.py
            # looks at before it chooses.
            *(
                models.Index(
                    F(f"asked__{place - 1}"),
                    F("opened_at").desc(),
                    name=f"listing_of_skill_{place}",
                    include=["project", "closes_at", "organization", "asked"],
                )
                for place in ASKED_PLACES
            ),
        ]

    def __str__(self):
        return self.words[:60]


class SearchWord(models.Model):
    """A word of the newest listings, for what is spelled wrong; written by a task, and only where listings are many."""

    word = models.TextField(primary_key=True)
    uses = models.PositiveIntegerField()

    def __str__(self):
        return self.word


class Candidate(models.Model):
    """A student as matching sees them. Written by the triggers of migration 0006 and by nothing else.

    Who has shown a skill at level 3 holds the tokens of levels 1 to 3, each skill × 8 + level; so "all of these at the
    level asked for" is one containment.
    """

    student = models.OneToOneField(Student, primary_key=True, on_delete=models.CASCADE, related_name="candidate")
    tokens = ArrayField(models.IntegerField())
    may_be_told = models.BooleanField()
    is_newcomer = models.BooleanField()  # no completed project here yet

    class Meta:
        indexes = [
            GinIndex(fields=["tokens"], name="candidate_tokens", fastupdate=False, condition=Q(may_be_told=True)),
        ]

    def __str__(self):
        return str(self.student_id)


class SkillCount(models.Model):
    """How many students have shown a skill, for those skills where counting takes long; written by a task."""

    skill = models.OneToOneField(Skill, primary_key=True, on_delete=models.CASCADE, related_name="+")
    students = models.PositiveIntegerField()

    def __str__(self):
        return f"{self.skill_id}: {self.students}"

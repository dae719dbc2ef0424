"""The taxonomy: what a competency is about. A Competency is a Skill with a level (projects/models.py)."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from marketplace.db import URLField


class Level(models.IntegerChoices):
    """How well a project wants a skill, or a student has shown it."""

    FOUNDATIONAL = 1, "Foundational"
    WORKING = 2, "Working"
    ADVANCED = 3, "Advanced"


class SkillFamily(models.Model):
    """A field of work; also the field a project is filed under."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "skill families"

    def __str__(self):
        return self.name


class Skill(models.Model):
    class Kind(models.TextChoices):
        SKILL = "skill", "Skill"
        TOOL = "tool", "Tool"

    class Source(models.TextChoices):
        STARTER = "starter", "Starter taxonomy"
        ESCO = "esco", "ESCO"
        ONET = "onet", "O*NET"

    family = models.ForeignKey(SkillFamily, null=True, blank=True, on_delete=models.PROTECT, related_name="skills")
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=220, unique=True)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.SKILL)
    description = models.TextField(blank=True)
    esco_uri = URLField(max_length=200, blank=True)
    onet_technology = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=8, choices=Source, default=Source.STARTER)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="skill_name_unique"),
            models.UniqueConstraint(fields=["esco_uri"], condition=~Q(esco_uri=""), name="skill_esco_uri_unique"),
        ]
        indexes = [GinIndex(OpClass(Lower("name"), name="gin_trgm_ops"), name="skill_name_trgm")]

    def __str__(self):
        return self.name


class SkillAlias(models.Model):
    """Another word people use for the skill, found by search and by forms."""

    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=200)

    class Meta:
        verbose_name_plural = "skill aliases"
        constraints = [models.UniqueConstraint(Lower("name"), "skill", name="skill_alias_once")]
        indexes = [GinIndex(OpClass(Lower("name"), name="gin_trgm_ops"), name="skill_alias_name_trgm")]

    def __str__(self):
        return self.name


class SkillRelation(models.Model):
    """`skill` is narrower than `broader`."""

    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="broader_relations")
    broader = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="narrower_relations")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["skill", "broader"], name="skill_relation_once"),
            models.CheckConstraint(condition=~Q(skill=models.F("broader")), name="skill_relation_not_itself"),
        ]

    def __str__(self):
        return f"{self.skill_id} < {self.broader_id}"


class StudentSkill(models.Model):
    """The strongest proof a student has of one skill: what matching reads. Written by applications and portfolio."""

    class Strength(models.IntegerChoices):
        EVIDENCE = 1, "Evidence, not assessed yet"
        ASSESSED = 2, "Assessed evidence"
        COMPLETED = 3, "Completed project here"

    student = models.ForeignKey("accounts.Student", on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Level)
    strength = models.PositiveSmallIntegerField(choices=Strength, default=Strength.EVIDENCE)
    shown_in = models.CharField(max_length=200, blank=True)  # the title of the evidence or project
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "skill"], name="student_skill_once")]
        indexes = [models.Index(fields=["skill", "level"], include=["student"], name="student_skill_by_skill")]

    def __str__(self):
        return f"{self.student_id}: {self.skill_id} at {self.level}"

"""People: one account each, which may be a student, a member of organizations, or both; never both on one project."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from marketplace.clock import zone_choices
from marketplace.db import CodeField, URLField


class UserManager(BaseUserManager):
    use_in_migrations = True

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in. `name` is what the other side reads once it may know who this is."""

    code = CodeField()
    email = models.EmailField("e-mail", max_length=254, unique=True)
    name = models.CharField("full name", max_length=120, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", choices=zone_choices)
    is_active = models.BooleanField(default=True, help_text="Off: the person cannot sign in at all.")
    is_staff = models.BooleanField("moderator", default=False)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspension_reason = models.CharField(max_length=300, blank=True)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique")]

    def __str__(self):
        return self.name or self.email

    def get_full_name(self):
        return self.name or self.email

    def get_short_name(self):
        return (self.name or self.email).split(" ")[0].split("@")[0]

    @property
    def is_suspended(self):
        return self.suspended_at is not None


class StudentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A public portfolio to everybody, one's own always; suspended people's to staff only."""
        if user.is_authenticated and user.is_staff:
            return self
        own = Q(user_id=user.pk) if user.is_authenticated else Q(pk__in=[])
        return self.filter(own | Q(portfolio_public=True, user__suspended_at=None, user__is_active=True))


class Student(models.Model):
    """The student side of a person. No GPA, no résumé, no school: competencies are shown by evidence."""

    class Availability(models.TextChoices):
        NOW = "now", "Available now"
        LATER = "later", "Available from a date"
        BUSY = "busy", "Not available"

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="student")
    slug = models.SlugField("public address", max_length=60, unique=True)
    display_name = models.CharField(max_length=80)
    headline = models.CharField(max_length=120, blank=True)
    about = models.TextField(max_length=1_000, blank=True)
    availability = models.CharField(max_length=8, choices=Availability, default=Availability.NOW)
    available_from = models.DateField(null=True, blank=True)
    hours_per_week = models.PositiveSmallIntegerField(default=10)
    portfolio_public = models.BooleanField(default=True)
    wants_match_notices = models.BooleanField(default=True)
    match_notices_from = models.DateTimeField(null=True, blank=True)  # paused until then, by `pause_match_notices`
    # Eligibility, asked before the first application; null means not asked yet.
    is_adult = models.BooleanField("I am 18 or older", null=True, blank=True)
    country = models.CharField(max_length=2, blank=True)
    may_contract = models.BooleanField("I may do paid contract work there", null=True, blank=True)
    eligibility_answered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = StudentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hours_per_week__gte=1, hours_per_week__lte=60), name="student_hours_per_week_1_60"
            ),
            models.CheckConstraint(
                condition=Q(match_notices_from=None) | Q(wants_match_notices=False), name="student_paused_wants_none"
            ),
        ]
        indexes = [
            models.Index(
                fields=["match_notices_from"], condition=Q(match_notices_from__isnull=False), name="student_paused"
            )
        ]

    def __str__(self):
        return self.display_name

    def get_absolute_url(self):
        return reverse("portfolio:public", args=[self.slug])

    @property
    def is_eligible(self):
        """All three answers say yes (PRODUCT: age, country, right to do paid contract work)."""
        return bool(self.is_adult and self.country and self.may_contract)


class SelfDescription(models.Model):
    """What a student chose to say about themselves, only for totals in the fairness report (docs/fairness.md).

    No reverse accessor, no admin, no event: nothing but the report's statement and the student's own page reads it.
    An empty answer is "prefer not to say"; a row without any answer does not exist.
    """

    class Gender(models.TextChoices):
        WOMAN = "woman", "Woman"
        MAN = "man", "Man"
        NON_BINARY = "non_binary", "Non-binary"
        OWN = "own", "I use another word"

    class Age(models.TextChoices):
        TO_20 = "18-20", "18 to 20"
        TO_24 = "21-24", "21 to 24"
        TO_29 = "25-29", "25 to 29"
        TO_39 = "30-39", "30 to 39"
        FROM_40 = "40", "40 or older"

    class YesNo(models.TextChoices):
        YES = "yes", "Yes"
        NO = "no", "No"

    class Ethnicity(models.TextChoices):
        """The categories of U.S. Statistical Policy Directive No. 15, as revised in 2024, and two more answers."""

        NATIVE = "native", "American Indian or Alaska Native"
        ASIAN = "asian", "Asian"
        BLACK = "black", "Black or African American"
        HISPANIC = "hispanic", "Hispanic or Latino"
        MIDDLE_EASTERN = "mena", "Middle Eastern or North African"
        PACIFIC = "pacific", "Native Hawaiian or Pacific Islander"
        WHITE = "white", "White"
        SEVERAL = "several", "More than one of these"
        OWN = "own", "I use another word"

    QUESTIONS = ("gender", "age", "first_generation", "disability", "ethnicity")

    student = models.OneToOneField(Student, primary_key=True, on_delete=models.CASCADE, related_name="+")
    gender = models.CharField("gender", max_length=12, choices=Gender, blank=True)
    age = models.CharField("age", max_length=12, choices=Age, blank=True)
    first_generation = models.CharField(
        "first in the family to go to college or university", max_length=12, choices=YesNo, blank=True
    )
    disability = models.CharField("disability", max_length=12, choices=YesNo, blank=True)
    ethnicity = models.CharField("ethnic group", max_length=12, choices=Ethnicity, blank=True)
    consented_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=~Q(gender="", age="", first_generation="", disability="", ethnicity=""),
                name="self_description_says_something",
            )
        ]

    def __str__(self):
        return "A self-description"


class OrganizationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Every organization has a public page; a suspended one only for its members and staff."""
        if user.is_authenticated and user.is_staff:
            return self
        mine = Q(memberships__user_id=user.pk) if user.is_authenticated else Q(pk__in=[])
        return self.filter(Q(suspended_at=None) | mine).distinct()

    def of_member(self, user):
        return self.filter(memberships__user_id=user.pk) if user.is_authenticated else self.none()


class Organization(models.Model):
    """Who offers projects and pays for them."""

    code = CodeField()
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    website = URLField(max_length=300, blank=True)
    about = models.TextField(max_length=2_000, blank=True)
    place = models.CharField(max_length=120, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    posting_paused_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    members = models.ManyToManyField(User, through="Membership", related_name="organizations")

    objects = OrganizationQuerySet.as_manager()

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("organization", args=[self.slug])

    def is_paused(self, at):
        """Whether it may not post now, after two decision dates that lapsed."""
        return self.posting_paused_until is not None and self.posting_paused_until > at

    @property
    def is_verified(self):
        return self.verified_at is not None


class Membership(models.Model):
    """A person's role in an organization. Every organization keeps at least one owner (actions.py)."""

    class Role(models.TextChoices):
        OWNER = "owner", "Owner"
        MEMBER = "member", "Member"
        FINANCE = "finance", "Finance"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role, default=Role.MEMBER)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="membership_once_per_person")]

    def __str__(self):
        return f"{self.user} in {self.organization}"

    @property
    def role_phrase(self):
        """After "You are" or "invites you as"."""
        return role_phrase(self.role)


class Block(models.Model):
    """One side wants nothing more to do with the other: no match, no new application. What is running goes on."""

    class Side(models.TextChoices):
        STUDENT = "student", "The student"
        ORGANIZATION = "organization", "The organization"

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="blocks")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="blocks")
    side = models.CharField(max_length=12, choices=Side)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "organization", "side"], name="block_once_per_side")]

    def __str__(self):
        return f"{self.organization} and {self.student}, blocked by {self.get_side_display().lower()}"


class Invitation(models.Model):
    """An e-mailed offer to join. The token is random and single-use; only its digest is stored."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=8, choices=Membership.Role, default=Membership.Role.MEMBER)
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "organization",
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_one_open_per_address",
            )
        ]

    def __str__(self):
        return f"{self.email} to {self.organization}"

    @property
    def role_phrase(self):
        return role_phrase(self.role)


def role_phrase(role):
    """A role as a sentence says it."""
    return {"owner": "an owner", "member": "a member", "finance": "a finance member"}[role]

"""What students say about themselves for the fairness report: asked with consent, read by nobody, gone when deleted."""

from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import IntegrityError, transaction
from django.urls import reverse

from marketplace.accounts import actions
from marketplace.accounts.models import SelfDescription, Student
from marketplace.activity.models import Event
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
PAGE = "/account/self-description/"
ROOT = Path(__file__).resolve().parents[2]
MAY_KNOW = {
    "marketplace/accounts/actions.py", "marketplace/accounts/forms.py", "marketplace/accounts/models.py",
    "marketplace/accounts/views.py", "applications/fairness_counts.py", "applications/fairness_report.py",
    "marketplace/local/demo/fairness.py",
}  # fmt: skip


def kept(student):
    return SelfDescription.objects.filter(student=student.student).first()


def test_answers_are_kept_with_consent(student, client_of):
    client = client_of(student)
    assert client.post(PAGE, {"gender": "woman", "disability": "no", "consent": "on"}).status_code == 302
    assert (kept(student).gender, kept(student).disability, kept(student).ethnicity) == ("woman", "no", "")
    html = client.get(PAGE).content.decode()
    assert "Delete my answers" in html
    assert '<option value="woman" selected>' in html


def test_no_consent_no_answers(student, client_of):
    response = client_of(student).post(PAGE, {"gender": "woman"})
    assert response.status_code == 422
    assert "Tick this to save answers" in response.content.decode()
    assert kept(student) is None


def test_prefer_not_to_say_is_not_stored(student, client_of):
    client = client_of(student)
    client.post(PAGE, {"gender": "woman", "consent": "on"})
    assert client.post(PAGE, {"gender": ""}).status_code == 302
    assert kept(student) is None


def test_an_invented_answer_is_refused(student, client_of):
    assert client_of(student).post(PAGE, {"gender": "robot", "consent": "on"}).status_code == 422
    assert kept(student) is None


def test_a_row_that_says_nothing_cannot_exist(student):
    with pytest.raises(IntegrityError), transaction.atomic():
        SelfDescription.objects.create(student=student.student, consented_at=NOW)


def test_deleted_is_gone_and_leaves_no_trace(student, client_of):
    before = Event.objects.count()
    client = client_of(student)
    client.post(PAGE, {"ethnicity": "own", "consent": "on"})
    client.post(reverse("accounts:forget_self_description"))
    assert kept(student) is None
    assert Event.objects.count() == before
    assert "Delete my answers" not in client.get(PAGE).content.decode()


def test_suspended_people_delete_and_do_not_answer(suspended, client_of):
    actions.describe_self(student=suspended.student, answers={"age": "21-24"}, at=NOW)
    client = client_of(suspended)
    assert client.post(PAGE, {"age": "40", "consent": "on"}).status_code == 403
    client.post(reverse("accounts:forget_self_description"))
    assert kept(suspended) is None


def test_it_goes_with_the_account():
    user = factories.make_student("Leaving Soon").user
    actions.describe_self(student=user.student, answers={"age": "21-24"}, at=NOW)
    user.delete()
    assert SelfDescription.objects.count() == 0


def test_nothing_leads_from_a_student_to_it():
    """No attribute, no row in the admin, no permission, and no module but those that ask and count."""
    reverse_names = {relation.get_accessor_name() for relation in Student._meta.related_objects}
    assert not any("description" in (name or "") for name in reverse_names)
    assert SelfDescription not in admin.site._registry
    assert SelfDescription._meta.default_permissions == ()
    sources = [
        path for top in {config.path for config in apps.get_app_configs() if config.path.startswith(str(ROOT))}
        for path in Path(top).rglob("*.py") if "migrations" not in path.parts and ".venv" not in path.parts
    ]  # fmt: skip
    knows = {str(path.relative_to(ROOT)) for path in sources if "SelfDescription" in path.read_text()}
    assert knows <= MAY_KNOW
    assert "applications/fairness_counts.py" in knows

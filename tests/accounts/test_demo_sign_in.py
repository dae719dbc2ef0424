"""One-click sign-in works in demo mode and cannot run anywhere else."""

import os
import subprocess
import sys

import pytest
from django.urls import reverse

from marketplace.local.demo.people import PEOPLE
from tests.factories import make_user


@pytest.fixture
def demo_person(db):
    return make_user(PEOPLE[0].name, email=PEOPLE[0].email)


def sign_in_as(client, email, **more):
    return client.post(reverse("local:sign_in_as"), {"email": email, **more})


def test_in_demo_mode_one_click_signs_in(client, settings, demo_person):
    settings.DEMO_MODE = True
    assert sign_in_as(client, demo_person.email).url == reverse("home")
    assert client.session["_auth_user_id"] == str(demo_person.pk)


def test_outside_demo_mode_it_is_not_there(client, settings, demo_person):
    settings.DEMO_MODE = False
    assert sign_in_as(client, demo_person.email).status_code == 404
    assert "_auth_user_id" not in client.session


def test_on_a_server_it_is_not_there(client, settings, demo_person):
    settings.DEMO_MODE, settings.LOCAL = True, False
    assert sign_in_as(client, demo_person.email).status_code == 404


def test_it_signs_in_nobody_but_the_demo_people(client, settings, demo_person):
    settings.DEMO_MODE = True
    stranger = make_user("Real Person")
    assert sign_in_as(client, stranger.email).status_code == 404
    assert "_auth_user_id" not in client.session


def test_it_leads_nowhere_else(client, settings, demo_person):
    settings.DEMO_MODE = True
    assert sign_in_as(client, demo_person.email, next="https://evil.example/").url == reverse("home")


def settings_with(**changes):
    """Import the settings in a process of its own; its exit code and what it said."""
    environment = {key: value for key, value in os.environ.items() if key not in ("LOCAL", "DEMO_MODE")} | changes
    command = [sys.executable, "-c", "import marketplace.settings as s; print('marketplace.local' in s.INSTALLED_APPS)"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout.strip() or done.stderr


def test_a_server_refuses_to_start_in_demo_mode():
    code, said = settings_with(DEMO_MODE="1", SECRET_KEY="x" * 60)
    assert code == 1
    assert "DEMO_MODE signs anybody in as anybody" in said


def test_a_server_does_not_even_have_the_code_installed():
    assert settings_with(SECRET_KEY="x" * 60) == (0, "False")

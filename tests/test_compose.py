"""docker-compose.yml and Dockerfile against the project they start: nothing in them may name what does not exist."""

import ast
import importlib.util
import re
import shlex
from functools import cache

import pytest
import yaml

from marketplace.local.environment import ROOT
from marketplace.local.postgres import INITDB_ARGUMENTS

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "proofwork"}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
# The commands that the image's packages bring, and what each of them has to find in the project.
PROGRAMS = {"granian": "granian", "celery": "celery", "python": None}


@cache
def settings_read():
    """{name: is required} of every variable that settings.py reads."""
    found = {}
    for call in ast.walk(ast.parse((ROOT / "marketplace/settings.py").read_text())):
        if not isinstance(call, ast.Call) or not re.fullmatch(r"env(\.\w+)?", ast.unparse(call.func)):
            continue
        if call.args and isinstance(call.args[0], ast.Constant):
            has_default = len(call.args) > 1 or any(keyword.arg == "default" for keyword in call.keywords)
            found[call.args[0].value] = found.get(call.args[0].value, False) or not has_default
    return found


def command_of(service):
    return service.get("command") or re.search(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[1]


def test_the_reader_of_settings_finds_them():
    assert settings_read()["SECRET_KEY"] is True
    assert settings_read()["DATABASE_URL"] is True
    assert settings_read()["SITE_NAME"] is False


def test_every_part_of_the_site_is_there_on_one_image():
    assert sorted(SERVICES) == ["beat", "clamav", "migrate", "postgres", "redis", "web", "worker"]
    assert sorted(OURS) == ["beat", "migrate", "web", "worker"]
    assert {service["build"] for service in OURS.values()} == {"."}
    assert SERVICES["clamav"]["profiles"] == ["clamav"]


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_given_what_settings_need_and_nothing_they_do_not_read(name):
    given = set(OURS[name]["environment"])
    assert given - set(settings_read()) == set()
    conditional = {"S3_BUCKET", "REPLICA_URL"}  # read only once it is set
    required = {variable for variable, needed in settings_read().items() if needed}
    assert required - given - conditional == set()


@pytest.mark.parametrize("name", OURS)
def test_secrets_come_from_outside_and_stop_the_start_when_missing(name):
    for variable, value in OURS[name]["environment"].items():
        if any(word in variable for word in ("SECRET", "PASSWORD", "EMAIL_URL", "SITE_URL")):
            assert value.startswith(f"${{{variable}:?"), variable
    assert not {"LOCAL", "DEMO_MODE", "DEBUG", "STRIPE_API_BASE"} & set(OURS[name]["environment"])


@pytest.mark.parametrize("name", OURS)
def test_a_services_command_exists_in_the_project(name):
    command = command_of(OURS[name])
    package = PROGRAMS[command[0]]
    assert package is None or importlib.util.find_spec(package)
    for word in command[1:]:
        if word.endswith(".py"):
            assert (ROOT / word).is_file()
        if re.fullmatch(r"marketplace(\.\w+)*(:\w+)?", word):
            module, _, attribute = word.partition(":")
            assert hasattr(importlib.import_module(module), attribute or "celery_app")
    if command[:2] == ["python", "manage.py"]:
        from django.core.management import get_commands

        assert command[2] in get_commands()


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_a_lasting_service_says_whether_it_is_well_and_starts_again(name):
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    check = service["healthcheck"]
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert check["retries"] >= 3
    if check["test"][0] == "CMD-SHELL":
        assert shlex.split(check["test"][1])
    elif check["test"][1:3] == ["python", "-c"]:
        ast.parse(check["test"][3])


def test_the_site_starts_after_its_servers_and_its_migrations():
    ready = {"postgres": "service_healthy", "redis": "service_healthy", "migrate": "service_completed_successfully"}
    for name in ("web", "worker", "beat"):
        after = {other: on["condition"] for other, on in SERVICES[name]["depends_on"].items()}
        assert after == ready
    assert SERVICES["migrate"]["restart"] == "no"


def test_healthz_is_a_route(client, db):
    check = " ".join(SERVICES["web"]["healthcheck"]["test"])
    path = re.search(r"127\.0\.0\.1:8000(/\w+)", check)[1]
    assert client.get(path).status_code == 200


def test_the_database_is_initialized_as_in_development():
    """Upper and lower case of É must be the same letter here and there."""
    given = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    assert sorted(given) == sorted(set(INITDB_ARGUMENTS) - {"--username=postgres", "--auth=trust"})


def test_our_services_run_with_the_least_rights():
    for service in OURS.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert SERVICES["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]


def test_every_volume_is_declared():
    used = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


def test_the_image_is_not_root_and_holds_no_local_tools():
    assert re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE) == ["proofwork"]
    assert DOCKERFILE.index("USER proofwork") < DOCKERFILE.index("CMD [")
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {"marketplace/local", "payments/simulator", "templates/local"} <= set(ignored)
    for kept in (line.removeprefix("!") for line in ignored if line.startswith("!")):
        assert (ROOT / kept).exists(), kept


def test_the_image_installs_the_locked_packages_with_the_uv_that_dev_uses():
    assert "--require-hashes --constraints /build/requirements.lock" in DOCKERFILE
    version = re.search(r"^UV_VERSION=(\S+)$", (ROOT / "dev").read_text(), re.MULTILINE)[1]
    assert f"uv=={version}" in DOCKERFILE

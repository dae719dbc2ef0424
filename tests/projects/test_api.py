"""The public API: the filters of the page, keyset pages, and nothing that could tell who applied."""

import jsonschema
import pytest
from django.db import DatabaseError
from django.urls import reverse

from projects import api
from projects.search.statement import MOST
from tests import factories
from tests.factories import NOW
from tests.projects.factories import quick_student

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(NOW, tick=False)


def test_a_project_as_json(visitor, project):
    factories.make_application(project=project, student=quick_student("Zebulon Secret"), answers=False)
    row = visitor.get("/api/projects/").json()["results"][0]
    assert row["competencies"][0] == {
        "skill": "SQL", "slug": "sql", "level": "Working", "evidence_asked": "Show one where you did this.",
    }  # fmt: skip
    assert (row["code"], row["fee_amount"], row["currency"], row["applicants"]) == (project.code, 48_000, "usd", 1)
    assert row["organization"]["name"] == "Acme Analytics"
    detail = visitor.get(f"/api/projects/{project.code}/").json()
    assert detail["acceptance_criteria"] == ["Criterion 1 holds", "Criterion 2 holds", "Criterion 3 holds"]
    assert detail["brief"] == "Three CSV exports."


def test_no_field_tells_who_applied(visitor, client_of, owner, project):
    factories.make_application(project=project, student=factories.make_student("Zebulon Secret"))
    for client in (visitor, client_of(owner)):
        for path in ("/api/projects/", f"/api/projects/{project.code}/"):
            body = client.get(path).content.decode().lower()
            for word in ("zebulon", "student", "label", "applications", "created_by", "review_"):
                assert f'"{word}"' not in body, word
            assert "zebulon" not in body


def test_pages_follow_next_to_the_end_and_previous_back(visitor, organization, owner):
    codes = [factories.make_project(organization=organization).code for _ in range(23)]
    first = visitor.get("/api/projects/?skill=sql").json()
    assert (first["count"], len(first["results"]), first["previous"]) == (23, 20, None)
    assert "skill=sql" in first["next"]
    second = visitor.get(path_of(first["next"])).json()
    assert second["next"] is None
    seen = [row["code"] for row in first["results"] + second["results"]]
    assert seen == codes[::-1]
    assert visitor.get(path_of(second["previous"])).json()["results"] == first["results"]


@pytest.mark.parametrize("q", ["%00", "%20%00%20", "+"])
def test_next_is_followed_where_the_text_is_none(q, visitor, organization, owner):
    for _ in range(21):
        factories.make_project(organization=organization)
    first = visitor.get(f"/api/projects/?q={q}").json()
    second = visitor.get(path_of(first["next"]))
    assert (second.status_code, len(second.json()["results"])) == (200, 1)
    assert visitor.get(path_of(second.json()["previous"])).json()["results"] == first["results"]


def test_what_was_searched_instead_is_said(visitor, organization, owner):
    project = factories.make_project(organization=organization, title="Harbour survey")
    for q, corrected in [("harbour", None), ("harbuor", "harbour"), ("", None)]:
        answer = visitor.get("/api/projects/", {"q": q}).json()
        assert (answer["corrected"], [row["code"] for row in answer["results"]]) == (corrected, [project.code])
    assert visitor.get("/api/projects/?q=zzzzzzzz").json()["corrected"] is None


def path_of(url):
    return "/" + url.split("/", 3)[3]


@pytest.mark.parametrize("name", ["skill", "field", "organization"])
def test_what_an_unknown_slug_names_is_not_everything(name, visitor, project):
    slugs = {"skill": "sql", "field": project.field.slug, "organization": project.organization.slug}
    assert visitor.get(f"/api/projects/?{name}={slugs[name]}").json()["count"] == 1
    assert visitor.get(f"/api/projects/?{name}=").json()["count"] == 1
    answer = visitor.get(f"/api/projects/?{name}={slugs[name]}&{name}=nope&{name}=gone&pay=7")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["errors"] == {name: ["Unknown: gone, nope."], "pay": ["Not one of: 300, 500, 800, 1200."]}
    many = visitor.get("/api/projects/?" + "&".join([f"{name}={slugs[name]}"] * 21))
    assert many.json()["errors"] == {name: ["At most 20."]}


@pytest.mark.parametrize("status", ["draft", "in_review", "cancelled", "removed"])
def test_what_is_not_public_is_a_problem_even_to_its_owner(status, client_of, owner, organization):
    project = factories.make_project(organization=organization, status=status)
    response = client_of(owner).get(f"/api/projects/{project.code}/")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["type"] == "urn:proofwork:problem:not_found"


def test_head_says_what_get_would(visitor, project):
    for path in ("/api/projects/", f"/api/projects/{project.code}/", "/api/schema/"):
        head, got = visitor.head(path), visitor.get(path)
        assert (head.status_code, head["Content-Type"], head.content) == (200, got["Content-Type"], b"")
    assert visitor.head("/api/projects/no-such-code/").status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/api/", 404, "not_found"),
        ("/api/nope/", 404, "not_found"),
        ("/api/projects/%00/", 404, "not_found"),
        ("/api/projects/a%20b/", 404, "not_found"),
        ("/api/projects/?" + "q=&" * 501, 400, "bad_request"),
    ],
)
def test_whatever_goes_wrong_is_a_problem(path, status, kind, visitor, project):
    refused(visitor.get(path), status, kind)


@pytest.mark.parametrize(
    ("error", "status", "kind"), [(RuntimeError, 500, "error"), (DatabaseError, 503, "unavailable")]
)
def test_a_bug_is_a_problem_too(error, status, kind, visitor, project, monkeypatch):
    def broken(*_filters, **_options):
        raise error("a bug")

    visitor.raise_request_exception = False
    monkeypatch.setattr(api, "search_open", broken)
    refused(visitor.get("/api/projects/"), status, kind)
    assert "<h1>There is no such page</h1>" in visitor.get("/nope/").content.decode()


def test_a_problem_is_json_whatever_was_asked_for(visitor, project):
    for path in ("/api/schema/", "/api/projects/"):
        refused(visitor.get(path, headers={"Accept": "text/html"}), 406, "not_acceptable")


def refused(answer, status, kind):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert (answer.json()["status"], answer.json()["type"]) == (status, f"urn:proofwork:problem:{kind}")


def test_it_is_read_only(client_of, owner, project):
    for method in ("post", "put", "patch", "delete"):
        response = getattr(client_of(owner), method)(f"/api/projects/{project.code}/", {}, "application/json")
        assert response.status_code in (403, 405)


def nullable_as_type(schema):
    """OpenAPI 3.0 says `nullable`; JSON Schema says type null."""
    if isinstance(schema, list):
        return [nullable_as_type(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: nullable_as_type(value) for name, value in schema.items()}
    if found.pop("nullable", False):
        found = {"anyOf": [found, {"type": "null"}]}
    return found


def test_the_schema_describes_what_is_sent(visitor, project):
    schema = visitor.get(reverse("api:schema"), headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    schema = nullable_as_type(schema)
    assert set(schema["paths"]) == {"/api/projects/", "/api/projects/{code}/"}
    page = {"$ref": "#/components/schemas/ProjectPage", "components": schema["components"]}
    jsonschema.validate(visitor.get("/api/projects/").json(), page)
    detail = {"$ref": "#/components/schemas/ProjectDetail", "components": schema["components"]}
    jsonschema.validate(visitor.get(f"/api/projects/{project.code}/").json(), detail)
    names = {parameter["name"] for parameter in schema["paths"]["/api/projects/"]["get"]["parameters"]}
    every = "q skill field organization pay hours within where level sort after before"
    assert set(every.split()) == names
    count = schema["components"]["schemas"]["ProjectPage"]["properties"]["count"]
    assert f"up to {MOST}." in count["description"]


@pytest.mark.parametrize(
    ("path", "query", "operation", "status"),
    [
        ("/api/projects/", "?pay=7&after=x&skill=no-such", "/api/projects/", "400"),
        ("/api/projects/no-such/", "", "/api/projects/{code}/", "404"),
    ],
)
def test_the_schema_describes_what_goes_wrong(path, query, operation, status, visitor, project):
    schema = visitor.get(reverse("api:schema"), headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    described = schema["paths"][operation]["get"]["responses"][status]["content"]
    answer = visitor.get(path + query)
    assert list(described) == [answer["Content-Type"]]
    jsonschema.validate(
        answer.json(), described[answer["Content-Type"]]["schema"] | {"components": schema["components"]}
    )

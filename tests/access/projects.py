"""Rows of projects."""

from projects.actions import save_search
from projects.search.saved import filters_of
from tests import factories
from tests.access.table import SIGN_IN, row
from tests.factories import NOW


def code(scene):
    return [scene.project.code]


def draft(scene):
    return [scene.draft.code]


def section(scene):
    return [scene.draft.code, "portfolio"]


def in_review(scene):
    scene.project = factories.make_project(organization=scene.organization, status="in_review")


def closed(scene):
    scene.project = factories.make_project(organization=scene.organization, status="closed")


def unanswered(scene):
    scene.project = factories.make_project(organization=scene.organization)


def with_search(scene):
    filters = filters_of("q=sql")
    scene.search = save_search(student=scene.student, filters=filters, query="q=sql", name="SQL", pace="daily", at=NOW)


def saved_search(scene):
    return [scene.search.code]


SEARCH = {"name": "Mine", "pace": "weekly"}
POSTERS = {"visitor": SIGN_IN, "owner": 200, "member": 200}
POSTERS_POST = {"visitor": SIGN_IN, "owner": 302, "member": 302}
# Who may see that a draft exists at all, but not change it.
INSIDE = {"finance": 403, "suspended": 403, "moderator": 403}
EVERYBODY = {"visitor": SIGN_IN}
STUDENTS = {"visitor": SIGN_IN, "student": 302, "other_student": 302}

ROWS = [
    row("projects:browse", 200),
    row("projects:filters", 200),
    row("projects:feed", 200),
    row("projects:suggest", 200, query="?q=data"),
    row("projects:detail", 200, args=code),
    row("projects:detail", 404, args=draft, owner=302, member=302, finance=302, moderator=302, suspended=302),
    row("projects:saved", 403, visitor=SIGN_IN, student=200, other_student=200, suspended=200),
    row("projects:searches", 403, visitor=SIGN_IN, student=200, other_student=200, suspended=200),
    row("projects:search_new", 403, query="?q=sql", visitor=SIGN_IN, student=200, other_student=200, suspended=200),
    row("projects:search_new", 403, method="post", query="?q=sql", data=SEARCH, **STUDENTS),
    row("projects:search", 404, args=saved_search, scene=with_search, visitor=SIGN_IN, student=200),
    row("projects:search", 404, args=saved_search, scene=with_search, method="post", data=SEARCH, visitor=SIGN_IN,
        student=302),
    row("projects:search_delete", 404, args=saved_search, scene=with_search, method="post", visitor=SIGN_IN,
        student=302),
    row("projects:for_you", 403, visitor=SIGN_IN, student=200, other_student=200, suspended=200),
    row("projects:hidden", 403, visitor=SIGN_IN, student=200, other_student=200, suspended=200),
    row("projects:hide", 403, method="post", data=lambda scene: {"hide": scene.project.code}, **STUDENTS),
    row("projects:hide", 403, method="post", data=lambda scene: {"show": scene.project.code}, **STUDENTS),
    row("projects:hide", 404, method="post", visitor=SIGN_IN),
    row("projects:pause", 403, method="post", data={"days": "14"}, **STUDENTS),
    row("projects:keep", 403, method="post", data=lambda scene: {"save": scene.project.code}, **STUDENTS),
    row("projects:keep", 403, method="post", data=lambda scene: {"unsave": scene.project.code}, **STUDENTS),
    row("projects:keep", 404, method="post", data={"save": "no-such-code"}, visitor=SIGN_IN),
    row("projects:keep", 404, method="post", visitor=SIGN_IN),
    row("projects:manage", 200, **EVERYBODY),
    row("projects:new", 200, visitor=SIGN_IN, suspended=403),
    row("projects:new", 422, method="post", data={"title": ""}, visitor=SIGN_IN, suspended=403,
        student=200, other_student=200, finance=200, moderator=200),
    row("projects:rate", 200, query="?hours=12&fee=240", **EVERYBODY),
    row("projects:edit", 404, args=draft, **POSTERS, **INSIDE),
    row("projects:edit", 403, args=code, visitor=SIGN_IN, owner=302, member=302),
    row("projects:edit_section", 404, args=section, **POSTERS, **INSIDE),
    row("projects:edit_section", 404, args=section, method="post", data={"portfolio_permission": "full"},
        **POSTERS_POST, **INSIDE),
    row("projects:edit_section", 404, args=lambda scene: [scene.draft.code, "no-such-part"], visitor=SIGN_IN),
    row("projects:preview", 404, args=draft, **POSTERS, finance=200, suspended=200, moderator=200),
    row("projects:submit", 404, args=draft, method="post", **POSTERS_POST, **INSIDE),
    row("projects:submitted", 404, scene=in_review, args=code, **POSTERS, finance=200, suspended=200, moderator=200),
    row("projects:take_back", 404, scene=in_review, args=code, method="post", **POSTERS_POST, **INSIDE),
    row("projects:rubric", 403, scene=unanswered, args=code, **POSTERS),
    row("projects:rubric", 403, scene=unanswered, args=code, method="post", **POSTERS_POST),
    row("projects:clarify", 403, scene=closed, args=code, **POSTERS),
    row("projects:clarify", 403, scene=closed, args=code, method="post", visitor=SIGN_IN, owner=422, member=422),
    row("projects:reach", 403, args=code, visitor=SIGN_IN, owner=200, member=200),
    row("projects:reach", 404, args=draft, visitor=SIGN_IN, owner=200, member=200, **INSIDE),
    row("projects:invite", 403, args=code, method="post", **POSTERS_POST),
    row("projects:close", 403, args=code, method="post", **POSTERS_POST),
    row("projects:reopen", 403, scene=closed, args=code, **POSTERS),
    row("projects:reopen", 403, scene=closed, args=code, method="post", visitor=SIGN_IN, owner=422, member=422),
    row("projects:cancel", 403, args=code, **POSTERS),
    row("projects:cancel", 403, args=code, method="post", data={"reason": "The budget is gone."}, **POSTERS_POST),
    row("projects:copy", 403, args=code, method="post", **POSTERS_POST),
    row("api:schema", 200),
    row("api:projects", 200),
    row("api:project", 200, args=code),
    row("api:project", 404, args=draft),
]  # fmt: skip

"""Rows that repeat others so that reading is fast. Triggers keep them right in the transaction of the change.

`rebuild` writes them anew (after a bulk load that went past the triggers), `differences` compares them with the truth,
which a function of the database tells: a difference means that a trigger is missing.
"""

import logging
from dataclasses import dataclass
from random import randint

from django.db import connection, transaction

log = logging.getLogger(__name__)

BATCH = 10_000
COUNT = """
WITH counted AS (
    SELECT skill_id, count(*) AS students FROM skills_studentskill GROUP BY skill_id HAVING count(*) >= %(from)s
), gone AS (
    DELETE FROM projects_skillcount WHERE skill_id NOT IN (SELECT skill_id FROM counted)
)
INSERT INTO projects_skillcount (skill_id, students) SELECT skill_id, students FROM counted
ON CONFLICT (skill_id) DO UPDATE SET students = excluded.students
"""


@dataclass(frozen=True)
class Rows:
    """A table that repeats others. `truth` and `refresh` are functions of the database over ids of `owner`."""

    table: str
    owner: str  # the table whose ids these are
    key: str
    columns: str
    truth: str
    refresh: str
    lock: str = ""  # what a change of the owner holds; as a later change must see it

    def in_batches(self):
        """Lists of ids of the owner, all of them once."""
        last = 0
        while ids := _ids(f"SELECT id FROM {self.owner} WHERE id > %s ORDER BY id LIMIT %s", [last, BATCH]):
            yield ids
            last = ids[-1]

    def rebuild(self, ids):
        with transaction.atomic(), connection.cursor() as cursor:
            if self.lock:
                cursor.execute(self.lock, [ids])
            cursor.execute(f"SELECT {self.refresh}(%s)", [ids])

    def differences(self, ids):
        """Those of these ids whose row is not what it should be, is missing, or should not be there."""
        mine, truth = (", ".join(f"{row}.{column}" for column in self.columns.split()) for row in ("mine", "truth"))
        return _ids(
            f"SELECT {self.key} FROM (SELECT * FROM {self.table} WHERE {self.key} = ANY (%(ids)s)) mine"
            f" FULL JOIN {self.truth}(%(ids)s) truth USING ({self.key})"
            f" WHERE ({mine}) IS DISTINCT FROM ({truth}) ORDER BY 1",
            {"ids": ids},
        )

    def check(self, *, at_most):
        """Compare a run of rows that begins anywhere; what differs is logged and put right. Returns those ids."""
        (last,) = _ids(f"SELECT coalesce(max(id), 0) FROM {self.owner}", [])
        begin = randint(0, last)  # noqa: S311 - which sample is no secret
        wrong = self.differences(_ids(f"SELECT id FROM {self.owner} WHERE id >= %s ORDER BY id LIMIT %s",
                                      [begin, at_most]))  # fmt: skip
        if wrong:
            log.error("rows of %s that differ from what they repeat, now put right: %s", self.table, wrong)
            self.rebuild(wrong)
        return wrong


CANDIDATES = Rows(
    table="projects_candidate", owner="accounts_student", key="student_id",
    columns="tokens may_be_told is_newcomer",
    truth="projects_candidates_of", refresh="projects_refresh_candidates",
)  # fmt: skip
LISTINGS = Rows(
    table="projects_listing", owner="projects_project", key="project_id",
    columns="field_id organization_id opened_at closes_at fee_amount hours is_remote level skill_ids asked tokens"
    " document words card",
    truth="projects_listings_of", refresh="projects_refresh_listing",
    lock="SELECT count(*) FROM (SELECT FROM projects_project WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE) held,"
    " pg_advisory_xact_lock_shared(7311)",
)  # fmt: skip
ALL = {"candidates": CANDIDATES, "listings": LISTINGS}


def count_students(at_least):
    """Note how many students have shown each skill that so many have shown."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"from": at_least})


def _ids(statement, values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [pk for (pk,) in cursor]

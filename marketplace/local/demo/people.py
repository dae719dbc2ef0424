"""The featured demo people: the cards of the one-click sign-in, and who the first minutes of a demo are about.

Importable without Django. Everybody else in the demo comes from data/*.toml.
"""

from dataclasses import dataclass

DOMAIN = "proofwork.example"


@dataclass(frozen=True)
class Person:
    """`student`: the texts have a student of this name. `organization` is a slug, `role` the role there."""

    key: str
    name: str
    label: str
    story: str
    student: bool = False
    organization: str = ""
    role: str = ""
    moderator: bool = False
    time_zone: str = "America/New_York"

    @property
    def email(self):
        return f"{self.key}@{DOMAIN}"


PEOPLE = [
    Person(
        key="maya",
        name="Maya Okafor",
        label="Student, looking for a project",
        story="Has five pieces of evidence, new matches and two applications waiting for a decision.",
        student=True,
        time_zone="America/Chicago",
    ),
    Person(
        key="daniel",
        name="Daniel Reyes",
        label="Student, at work",
        story="Is fixing a ticket checkout for Fernway Software and has a finished project in his portfolio.",
        student=True,
        time_zone="America/Denver",
    ),
    Person(
        key="priya",
        name="Priya Raman",
        label="Owner, Fernway Software",
        story="Runs a verified organization: applications to assess blind, a delivery to review, an offer out.",
        organization="fernway-software",
        role="owner",
    ),
    Person(
        key="tom",
        name="Tom Becker",
        label="New employer, not yet verified",
        story="Signed up this week; his first projects wait for a moderator.",
        organization="becker-garden-tools",
        role="owner",
        time_zone="America/Chicago",
    ),
    Person(
        key="elena",
        name="Elena Sokolova",
        label="Finance, Fernway Software",
        story="Pays what Priya agrees, and sees every funding, fee and receipt.",
        organization="fernway-software",
        role="finance",
    ),
    Person(
        key="sam",
        name="Sam Whitfield",
        label="Moderator and admin",
        story="Opens flagged projects, handles reports and disputes, verifies organizations.",
        moderator=True,
    ),
]

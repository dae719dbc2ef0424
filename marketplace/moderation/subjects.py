"""What people can report: a kind in the address, and how to find the thing as its reader sees it."""

from typing import NamedTuple

from marketplace.accounts.models import Organization, Student
from projects.models import Project


class Subject(NamedTuple):
    model: type
    lookup: str  # the field that the address holds
    name: str


SUBJECTS = {
    "project": Subject(Project, "code", "project"),
    "organization": Subject(Organization, "slug", "organization"),
    "student": Subject(Student, "slug", "portfolio"),
}

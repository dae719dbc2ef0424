"""The people of the demo that one click signs in as. Importable without Django."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    role: str
    story: str


PEOPLE = [
    Person("Maya Okafor", "maya@proofwork.example", "Student", "Has evidence, and projects that match it"),
    Person(
        "Daniel Reyes", "daniel@proofwork.example", "Student at work", "Delivers, answers a change request, is paid"
    ),
    Person(
        "Priya Raman", "priya@proofwork.example", "Owner, verified organization", "Assesses, offers, funds, approves"
    ),
    Person("Tom Becker", "tom@proofwork.example", "New employer", "Posts a first project, which goes to review"),
    Person("Elena Sokolova", "elena@proofwork.example", "Finance member", "Funds projects and sees payments"),
    Person("Sam Whitfield", "sam@proofwork.example", "Moderator", "Opens projects, decides reports and disputes"),
]

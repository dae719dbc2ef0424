"""What a case may show: the portfolio permission was fixed before anybody applied, and nothing here widens it."""

import re
from dataclasses import dataclass
from datetime import date

from projects.models import Project

Permission = Project.PortfolioPermission


@dataclass(frozen=True)
class Disclosure:
    """`opens_on`: nothing is public before that date. The rest: what may be public then."""

    names_organization: bool = True
    text: bool = True
    artefact: bool = True
    quote: bool = True
    opens_on: date | None = None
    words: str = ""

    def is_open(self, today):
        return self.opens_on is None or today >= self.opens_on


def disclosure(project):
    """The Disclosure of a project. An unknown permission shows as little as possible."""
    permission = project.portfolio_permission
    if permission == Permission.FULL:
        return Disclosure(words="You may show everything.")
    if permission == Permission.AFTER_DATE:
        return Disclosure(
            opens_on=project.portfolio_from, words="You may show everything from the date that was agreed."
        )
    if permission == Permission.ANONYMISED:
        words = "You may show your work without the organization's name, without the artefact and without its review."
        return Disclosure(names_organization=False, artefact=False, quote=False, words=words)
    words = "You may show the credential only: what was verified, by whom and when. No case text, no artefact."
    return Disclosure(text=False, artefact=False, quote=False, words=words)


def mentions(text, organization):
    """True where the text names the organization, in whatever case."""
    return bool(_name_of(organization).search(text or ""))


def _name_of(organization):
    return re.compile(rf"(?<!\w){re.escape(organization.name)}(?!\w)", re.IGNORECASE)

"""The one door between an application and those who judge it: what is not here, they do not see.

Pages, notices and downloads of the organization are made from an Applicant, never from the rows. Before the
shortlist it has a letter and the evidence; the name, the address and the portfolio appear with `revealed_at`.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.urls import reverse

from applications.models import Evidence
from applications.wording import look_of
from marketplace.files.serving import may_show_inline

SHARED_SITES = {  # where the address of everybody's work begins alike
    "behance.net", "canva.com", "codepen.io", "codesandbox.io", "colab.research.google.com", "docs.google.com",
    "dribbble.com", "drive.google.com", "dropbox.com", "figma.com", "github.com", "gitlab.com", "huggingface.co",
    "kaggle.com", "loom.com", "medium.com", "miro.com", "notion.so", "observablehq.com", "osf.io",
    "public.tableau.com", "replit.com", "soundcloud.com", "vimeo.com", "youtu.be", "youtube.com", "zenodo.org",
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """Evidence for one competency. `url` leads to it through us: an address itself may spell a name.

    A text is on the page itself; `url` gives it as a file of its own.
    """

    number: int
    competency: object
    title: str
    statement: str
    is_file: bool
    url: str
    site: str = ""  # of a link: "github.com"; empty for a site of one's own, whose name may be a person's
    file_name: str = ""  # of a file: "evidence-1.pdf", never what its author called it
    size: int = 0
    file_state: str = ""  # of a file: others open it only when it is "ready"
    is_picture: bool = False
    has_preview: bool = False  # of a picture, or of the first page
    text: str = ""
    proves: str = ""
    team: str = ""  # roles
    ai: str = ""  # "No AI was used", "AI was used: …"; empty when it was never said


@dataclass(frozen=True)
class Person:
    """Who it is, from the shortlist on."""

    name: str
    email: str
    headline: str
    portfolio_url: str
    slug: str = ""


@dataclass(frozen=True)
class Applicant:
    code: str
    label: str
    status: str
    look: dict
    answers: tuple
    approach: str
    availability_note: str
    person: Person | None
    offer_expires_at: object = None
    decided_at: object = None
    is_runner_up: bool = False
    told: tuple = ()  # what the organization told them: the reason, and the note if there was one

    @property
    def blind_name(self):
        return f"Applicant {self.label}"

    @property
    def name(self):
        """ "Applicant C", and from the shortlist on the person's name."""
        return self.person.name if self.person else self.blind_name

    @property
    def is_revealed(self):
        return self.person is not None

    def answer_to(self, competency):
        return next((answer for answer in self.answers if answer.competency.pk == competency.pk), None)


def applicant(application):
    """The Applicant of a submitted application; `answers` with competency, skill and file must be prefetched."""
    return Applicant(
        code=application.code, label=application.label, status=application.status,
        look=look_of(application, for_student=False), answers=tuple(_answers(application)),
        approach=application.approach, availability_note=application.availability_note,
        person=_person(application) if application.revealed_at else None,
        offer_expires_at=application.offer_expires_at, decided_at=application.decided_at,
        is_runner_up=application.is_runner_up,
        told=tuple(filter(None, [application.get_reason_display(), application.feedback])),
    )  # fmt: skip


def name_of(application):
    """ "Applicant C" or, once revealed, the name: for notices to the organization."""
    return application.student.display_name if application.revealed_at else f"Applicant {application.label}"


def file_name(number, stored):
    return f"evidence-{number}{stored.extension}"


def _answers(application):
    ordered = sorted(application.answers.all(), key=lambda answer: answer.competency.position)
    for number, answer in enumerate(ordered, 1):
        is_file, is_link = answer.kind == Evidence.Kind.FILE, answer.kind == Evidence.Kind.LINK
        yield Answer(
            number=number, competency=answer.competency, title=answer.title, statement=answer.statement,
            is_file=is_file, url=reverse("applications:evidence_file", args=[application.code, number]),
            site=site_of(answer.url, is_revealed=application.revealed_at is not None) if is_link else "",
            file_name=file_name(number, answer.file) if is_file else "",
            size=answer.file.size if is_file else 0,
            file_state=answer.file.state if is_file else "",
            is_picture=is_file and answer.file.is_ready and may_show_inline(answer.file),
            has_preview=is_file and answer.file.has_preview,
            text=answer.text, proves=answer.proves,
            team=answer.team, ai=answer.ai,
        )  # fmt: skip


def site_of(url, *, is_revealed):
    """The host of a link. Before the shortlist only one that everybody shares: "robin-quist.example" is a name."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return host if is_revealed or host in SHARED_SITES else ""


def _person(application):
    student = application.student
    shows = student.portfolio_public and not student.user.is_suspended
    return Person(
        name=student.display_name, email=student.user.email, headline=student.headline,
        portfolio_url=student.get_absolute_url() if shows else "", slug=student.slug,
    )  # fmt: skip

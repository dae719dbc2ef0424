"""The evidence of an application, for who sent it and those who judge it: file, text, or the way to the link."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponseRedirect
from django.views.decorators.http import require_safe

from applications import rules
from applications.blind import file_name
from applications.models import Application, Evidence
from applications.queries import with_answers
from marketplace.access import get_for_user
from marketplace.files.serving import serve_asked, serve_text


class LinkRedirect(HttpResponseRedirect):
    """To another site, which learns nothing of where the reader came from."""

    allowed_schemes = ["http", "https"]

    def __init__(self, url):
        super().__init__(url)
        self["Referrer-Policy"] = "no-referrer"


@login_required
@require_safe
def evidence_file(request, code, number):
    """A file leaves as "evidence-2.pdf", whatever it was called; a link's address is never on our page."""
    rows = with_answers(Application.objects.all())
    application = get_for_user(rows, request.user, code=code, may=rules.may_open_answer)
    answers = sorted(application.answers.all(), key=lambda answer: answer.competency.position)
    if not 1 <= number <= len(answers):
        raise Http404("There is less evidence than that.")
    answer = answers[number - 1]
    if answer.kind == Evidence.Kind.LINK:
        return LinkRedirect(answer.url)
    if answer.kind == Evidence.Kind.TEXT:
        return serve_text(answer.text, f"evidence-{number}.txt")
    return serve_asked(request, answer.file, file_name(number, answer.file))

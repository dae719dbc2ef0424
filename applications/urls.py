"""Routes: the student's library and applications, the organization's board, and what both open."""

from django.urls import path

from applications.views import applying, board, calibrating, deciding, files, library, mine, settling

app_name = "applications"
urlpatterns = [
    path("", mine.mine, name="mine"),
    path("library/", library.library, name="library"),
    path("library/new/", library.evidence_new, name="evidence_new"),
    path("library/<str:code>/", library.evidence_edit, name="evidence_edit"),
    path("library/<str:code>/versions/", library.evidence_versions, name="evidence_versions"),
    path("library/<str:code>/archive/", library.evidence_archive, name="evidence_archive"),
    path("library/<str:code>/restore/", library.evidence_restore, name="evidence_restore"),
    path("library/<str:code>/link/", library.evidence_link, name="evidence_link"),
    path("library/<str:code>/file/", library.library_file, name="library_file"),
    path("start/<str:code>/", applying.start, name="start"),
    path("board/<str:code>/", board.board, name="board"),
    path("board/<str:code>/calibrate/<int:number>/", calibrating.calibrate, name="calibrate"),
    path("board/<str:code>/score/", board.score_next, name="score_next"),
    path("board/<str:code>/score/<int:number>/<str:label>/", board.score, name="score"),
    path("board/<str:code>/compare/", board.compare, name="compare"),
    path("board/<str:code>/decline-rest/", deciding.decline_rest, name="decline_rest"),
    path("<str:code>/", mine.detail, name="detail"),
    path("<str:code>/edit/", applying.edit, name="edit"),
    path("<str:code>/edit/evidence/", applying.choose, name="choose"),
    path("<str:code>/edit/evidence/<int:number>/", applying.answer, name="answer"),
    path("<str:code>/edit/plan/", applying.plan, name="plan"),
    path("<str:code>/check/", applying.check, name="check"),
    path("<str:code>/submit/", applying.submit, name="submit"),
    path("<str:code>/submitted/", applying.submitted, name="submitted"),
    path("<str:code>/withdraw/", mine.withdraw, name="withdraw"),
    path("<str:code>/offer/", mine.offer_view, name="offer_view"),
    path("<str:code>/offer/decline/", mine.offer_decline, name="offer_decline"),
    path("<str:code>/evidence/<int:number>/", files.evidence_file, name="evidence_file"),
    path("<str:code>/applicant/", deciding.applicant, name="applicant"),
    path("<str:code>/applicant/settle/<int:number>/", settling.reconcile, name="reconcile"),
    path("<str:code>/applicant/shortlist/", deciding.shortlist, name="shortlist"),
    path("<str:code>/applicant/decline/", deciding.decline, name="decline"),
    path("<str:code>/applicant/offer/", deciding.offer, name="offer"),
]

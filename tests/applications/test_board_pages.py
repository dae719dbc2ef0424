"""What the organization reads on the board, in the comparison and on an applicant's page."""

from urllib.parse import quote

import pytest
from django.urls import reverse

from applications.board import Board
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


def read(client, name, code, query=""):
    response = client.get(reverse(f"applications:{name}", args=[code]) + query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("places", "states", "words"),
    [
        (1, ["submitted"], "One place."),
        (1, ["offered"], "The place is offered."),
        (1, ["accepted"], "The place is taken."),
        (3, ["accepted", "submitted"], "2 of 3 places left."),
        (2, ["accepted", "offered"], "All 2 places are taken or offered (1)."),
        (2, ["accepted", "accepted"], "All 2 places are taken."),
    ],
)
def test_the_places_in_words(places, states, words, organization, owner):
    project = factories.make_project(organization=organization, places=places)
    for status in states:
        factories.make_application(project=project, status=status)
    assert Board(project, owner).places_in_words == words


def test_the_board_says_when_nobody_waits(client_of, owner, project):
    application = factories.make_application(project=project)
    assert "Every applicant gets an answer by" in read(client_of(owner), "board", project.code)
    application.__class__.objects.update(status="not_selected", reason="stronger", decided_at=NOW)
    assert "Every applicant has an answer." in read(client_of(owner), "board", project.code)


@pytest.mark.parametrize("status", [None, "shortlisted", "offered"])
def test_the_rest_is_declined_only_beside_somebody_chosen(client_of, owner, project, status):
    factories.make_scores(factories.make_application(project=project), owner)
    if status:
        factories.make_application(project=project, status=status)
    board = read(client_of(owner), "board", project.code, "?tab=review")
    page = read(client_of(owner), "decline_rest", project.code)
    assert ("Decline the rest: 1 scored applicant" in board) == ("Decline the rest" in page) == bool(status)
    assert ("Decline 1 scored applicant" in board) == (status is None)
    assert ("Nobody is on the shortlist. Everybody who is scored is told now" in page) == (status is None)


def test_the_shortlist_leads_to_an_offer_while_a_place_is_left(client_of, owner, project):
    listed = factories.make_application(project=project, status="shortlisted")
    offer = reverse("applications:offer", args=[listed.code])
    assert f'href="{offer}"' in read(client_of(owner), "board", project.code, "?tab=shortlist")
    factories.make_application(project=project, status="offered")
    page = read(client_of(owner), "board", project.code, "?tab=shortlist")
    assert f'href="{offer}"' not in page
    assert "If an offer is declined or lapses, you can offer to somebody here." in page


def test_the_comparison_begins_with_whoever_is_scored(client_of, owner, project):
    applications = [factories.make_application(project=project) for _ in range(6)]
    scored = {applications[2].label, applications[5].label}
    for application in (applications[2], applications[5]):
        factories.make_scores(application, owner)
    response = client_of(owner).get(reverse("applications:compare", args=[project.code]))
    shown = [row.applicant.label for row in response.context["chosen"]]
    assert (len(shown), set(shown[:2])) == (4, scored)


def test_more_applicants_than_fit_are_not_dropped_in_silence(client_of, owner, project):
    labels = [factories.make_application(project=project).label for _ in range(5)]
    client = client_of(owner)
    everybody = "?" + "&".join(f"who={label}" for label in labels)
    assert "You chose more than 4: the first 4 are shown." in read(client, "compare", project.code, everybody)
    assert "You chose more than 4" not in read(client, "compare", project.code, everybody.rpartition("&")[0])


@pytest.mark.parametrize(
    ("query", "shown"), [("", 1), ("?competency=2", 2), ("?competency=3", 1), ("?competency=x", 1)]
)
def test_a_phone_shows_one_competency_of_the_comparison(client_of, owner, project, query, shown):
    for _ in range(2):
        factories.make_application(project=project)
    response = client_of(owner).get(reverse("applications:compare", args=[project.code]) + query)
    assert response.context["shown"] == shown
    assert response.content.decode().count('class="compare-other"') == 1


def test_a_decision_from_the_comparison_leads_back_to_it(client_of, owner, project):
    applications = [factories.make_application(project=project) for _ in range(2)]
    for application in applications:
        factories.make_scores(application, owner)
    client = client_of(owner)
    here = reverse("applications:compare", args=[project.code]) + f"?who={applications[0].label}"
    page = read(client, "compare", project.code, f"?who={applications[0].label}")
    decline = reverse("applications:decline", args=[applications[0].code]) + f"?next={quote(here)}"
    assert f'href="{decline}"' in page
    assert f'href="{here}"' in client.get(decline).content.decode()
    assert client.post(decline, {"reason": "stronger"}).headers["Location"] == here
    elsewhere = reverse("applications:decline", args=[applications[1].code]) + "?next=https://elsewhere.example/"
    assert "elsewhere.example" not in client.get(elsewhere).content.decode().partition("<main")[2]
    assert client.post(elsewhere, {"reason": "stronger"}).headers["Location"] == reverse(
        "applications:board", args=[project.code]
    )


@pytest.mark.parametrize("decision", ["shortlist", "decline"])
def test_a_decision_leads_back_to_the_applicant_it_was_begun_at(decision, client_of, owner, project):
    application = factories.make_application(project=project)
    factories.make_scores(application, owner)
    client = client_of(owner)
    here = reverse("applications:applicant", args=[application.code])
    address = reverse(f"applications:{decision}", args=[application.code])
    assert f'href="{address}"' in read(client, "applicant", application.code)
    page = read(client, decision, application.code).partition("<main")[2]
    assert page.count(f'href="{here}"') == 2
    assert "Compare applicants" not in page
    compare = reverse("applications:compare", args=[project.code])
    assert client.get(f"{address}?next={compare}").content.decode().count(f'href="{compare}"') == 2


@pytest.mark.parametrize(
    ("places", "others", "words"),
    [
        (1, ["submitted", "submitted"], "2 applications not assessed yet"),
        (1, ["submitted", "shortlisted"], "1 application not assessed yet"),
        (2, ["offered", "submitted"], "1 application not assessed yet"),
        (1, ["shortlisted", "not_selected"], None),
        (2, ["submitted"], None),
    ],
)
def test_an_offer_of_the_last_place_says_who_is_turned_down_unread(
    places, others, words, client_of, owner, organization
):
    project = factories.make_project(organization=organization, places=places)
    for status in others:
        factories.make_application(project=project, status=status)
    factories.make_scores(factories.make_application(project=project), owner)
    listed = factories.make_application(project=project, status="shortlisted")
    page = read(client_of(owner), "offer", listed.code)
    assert ("not assessed yet" in page) == bool(words)
    assert (words or "") in page
    left = places - others.count("offered")
    assert ("is told that the places are filled" in page) == (left == 1)
    assert ("Everybody else stays until" in page) == (left > 1)


@pytest.mark.parametrize(("places", "said"), [(1, True), (2, False)])
def test_an_offer_of_the_last_place_counts_the_waiting_list(places, said, client_of, owner, organization):
    project = factories.make_project(organization=organization, places=places)
    for _number in range(2):
        factories.make_application(project=project, status="waitlisted")
    listed = factories.make_application(project=project, status="shortlisted")
    page = read(client_of(owner), "offer", listed.code)
    assert ("the places are filled, 2 students on the waiting list too." in page) == said


def test_a_decision_is_shown_as_it_was_told(client_of, owner, project):
    application = factories.make_application(project=project, status="not_selected", feedback="Show the query itself.")
    factories.make_scores(application, owner)
    page = read(client_of(owner), "applicant", application.code)
    assert "Others showed the competencies more strongly" in page
    assert "Show the query itself." in page
    assert application.student.display_name not in page  # still blind
    assert reverse("applications:decline", args=[application.code]) not in page


def test_an_accepted_applicant_leads_to_the_engagement(client_of, owner, project):
    engagement = factories.make_engagement(project=project)
    page = read(client_of(owner), "applicant", engagement.application.code)
    assert f'href="{engagement.get_absolute_url()}"' in page


def test_a_draft_is_on_no_board_even_for_a_moderator_of_the_organization(client_of, moderator, organization, project):
    factories.make_member(organization, moderator)
    draft = factories.make_application(project=project, status="draft")
    for page in ("applicant", "shortlist", "decline", "offer"):
        assert client_of(moderator).get(reverse(f"applications:{page}", args=[draft.code])).status_code == 404


def test_the_board_says_how_alike_the_assessors_judge(client_of, owner, member, project):
    client = client_of(owner)

    def judged_twice(own, other):
        application = factories.make_application(project=project)
        factories.make_scores(application, owner, level=own)
        factories.make_scores(application, member, level=other)

    factories.make_scores(factories.make_application(project=project), owner)
    assert "How alike you judge" not in read(client, "board", project.code)
    for own, other in ((0, 0), (3, 3)):
        judged_twice(own, other)
    assert "4 double scores so far: too few for a number" in read(client, "board", project.code)
    for own, other in ((0, 0), (3, 3), (1, 2)):
        judged_twice(own, other)
    page = read(client, "board", project.code)
    assert "Very strong agreement: 0.95" in page
    assert f"{project.organization} has 10 of the last twelve months, 80% of them at the same level." in page
    assert "agreement: " not in read(client, "compare", project.code)  # five double scores for each competency
    for _ in range(5):
        judged_twice(1, 1)
    assert "agreement: very strong (0.9" in read(client, "compare", project.code)


def test_score_mode_offers_its_keys_and_a_way_to_turn_them_off(client_of, owner, project):
    for _ in range(2):
        factories.make_application(project=project)
    step = client_of(owner).get(reverse("applications:score_next", args=[project.code])).headers["Location"]
    page = client_of(owner).get(step).content.decode()
    assert "js/score-keys.js" in page
    assert "Turn keys off" in page
    assert ('rel="next"' in page, 'rel="prev"' in page) == (True, False)
    refused = client_of(owner).post(step, {"level": "2"}).content.decode()
    assert "data-refused" in refused
    assert "data-refused" not in page

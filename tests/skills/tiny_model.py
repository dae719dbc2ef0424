"""A sentence model of 8 numbers with random weights, written as the files that a real one has."""

import json

import numpy as np

VOCABULARY = "[PAD] [UNK] [CLS] [SEP] clean ##ing data draw the chart ##s of with sql".split()
CONFIG = {
    "model_type": "bert", "num_attention_heads": 2, "num_hidden_layers": 2, "layer_norm_eps": 1e-12, "hidden_size": 8,
}  # fmt: skip


def tiny_model(folder, *, seed=1):
    """Write it; returns {name: array}."""
    weights = _weights(np.random.default_rng(seed))
    (folder / "config.json").write_text(json.dumps(CONFIG))
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    (folder / "model.safetensors").write_bytes(_safetensors(weights))
    return weights


def _weights(random, width=8, inner=12):
    def some(*shape):
        return random.normal(0, 0.7, shape).astype(np.float32)

    found = {"embeddings.position_embeddings.weight": some(256, width)}
    found["embeddings.word_embeddings.weight"] = some(len(VOCABULARY), width)
    found["embeddings.token_type_embeddings.weight"] = some(2, width)
    linear, norms = {}, ["embeddings.LayerNorm"]
    for number in range(CONFIG["num_hidden_layers"]):
        at = f"encoder.layer.{number}"
        linear |= {f"{at}.attention.self.{name}": (width, width) for name in ("query", "key", "value")}
        linear |= {f"{at}.attention.output.dense": (width, width)}
        linear |= {f"{at}.intermediate.dense": (inner, width), f"{at}.output.dense": (width, inner)}
        norms += [f"{at}.attention.output.LayerNorm", f"{at}.output.LayerNorm"]
    for at, shape in [*linear.items(), *((norm, (width,)) for norm in norms)]:
        found |= {f"{at}.weight": some(*shape), f"{at}.bias": some(shape[0])}
    return found


def _safetensors(weights):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, array in weights.items():
        content = array.tobytes()
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data

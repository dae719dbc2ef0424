"""How near skills are to a text in meaning, where the optional weights are installed and wanted (docs/skills.md)."""

import logging
from hashlib import sha256

import numpy as np
from django.conf import settings
from django.core.cache import cache

from marketplace.skills.sentences import SemanticModelMissing, SentenceModel, model_folder

KEPT_FOR = 30 * 24 * 3600  # seconds, in the cache: a name's vector never changes
logger = logging.getLogger(__name__)


class Meanings:
    """Of the names of skills. `remember` keeps their vectors in the site's cache: 2 ms for each that is new."""

    def __init__(self, model, names, *, remember=False):
        self.model = model
        self.vectors = _remembered(model, names) if remember else model.vectors(names)

    def scores(self, text):
        """[float32], from -1 to 1, one for each name: the cosine between its vector and that of the text."""
        return self.vectors @ self.model.vectors([text])[0]


def site_meanings(names):
    """The Meanings for the site's own suggestions; None, with a warning, where the weights are missing."""
    try:
        model = SentenceModel(model_folder(settings.SEMANTIC_MODEL_DIR))
    except SemanticModelMissing as error:
        logger.warning("SEMANTIC_SUGGESTIONS is on, but suggestions compare words only. %s", error.message)
        return None
    return Meanings(model, names, remember=True)


def _remembered(model, names):
    keys = {f"skills:meaning:{model.name}:{sha256(name.encode()).hexdigest()[:32]}": name for name in names}
    kept = cache.get_many(keys)
    new = [key for key in keys if key not in kept]
    if new:
        found = model.vectors([keys[key] for key in new])
        added = {key: vector.tobytes() for key, vector in zip(new, found, strict=True)}
        cache.set_many(added, KEPT_FOR)
        kept |= added
    return np.array([np.frombuffer(kept[key], np.float32) for key in keys])

"""The starter taxonomy as data: what every screen and the demo rely on."""

import re
from collections import Counter

from marketplace.skills.sources import ESCO_PREFIX, starter_entries, starter_families

ENTRIES = starter_entries()


def test_it_is_large_enough_and_spread_over_its_families():
    per_family = Counter(entry.family for entry in ENTRIES)
    families = [slug for slug, _, _ in starter_families()]
    assert len(ENTRIES) >= 400
    assert len(families) >= 12
    assert sorted(per_family) == sorted(families)
    assert min(per_family.values()) >= 20


def test_each_name_and_alias_means_one_skill():
    surfaces = Counter(label.lower() for entry in ENTRIES for label in (entry.name, *entry.aliases))
    assert [label for label, times in surfaces.items() if times > 1] == []


def test_each_skill_is_described_in_one_sentence_and_has_a_kind():
    assert {entry.kind for entry in ENTRIES} == {"skill", "tool"}
    odd = [
        entry.name
        for entry in ENTRIES
        if not entry.description.endswith(".") or not 20 <= len(entry.description) <= 200 or not entry.aliases
    ]
    assert odd == []


def test_each_alignment_is_unique_and_well_formed():
    uris = [entry.esco_uri for entry in ENTRIES if entry.esco_uri]
    pattern = re.compile(re.escape(ESCO_PREFIX) + r"skill/[0-9A-Za-z-]+")
    assert len(uris) == len(set(uris))
    assert [uri for uri in uris if not pattern.fullmatch(uri)] == []
    assert sum(bool(entry.esco_uri or entry.onet_technology) for entry in ENTRIES) >= 400

"""The texts of the demo, read from data/*.toml (data/README.md says what is in them)."""

import tomllib
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"


def read(stem, key):
    """Every table `key` of the files `<stem>*.toml`, in the order of their names."""
    rows = []
    for path in sorted(DATA.glob(f"{stem}*.toml")):
        rows += tomllib.loads(path.read_text()).get(key, [])
    return rows


def organizations():
    return read("organizations", "organization")


def projects():
    return read("projects", "project")


def students():
    return read("students", "student")


def stories():
    """{project title: story}"""
    return {story["project"]: story for story in read("stories", "story")}


def judgments():
    return tomllib.loads((DATA / "judgments.toml").read_text())

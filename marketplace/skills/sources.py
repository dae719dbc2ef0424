"""Reads the files a taxonomy comes in: our own starter CSVs, and ESCO's and O*NET's as they publish them.

Nothing here touches the database. Whatever is wrong with a file is said by a SourceFileError before anything is saved.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from marketplace.errors import DomainError
from marketplace.skills.models import Skill

STARTER_FOLDER = Path(__file__).parent / "data"
ESCO_PREFIX = "http://data.europa.eu/esco/"
NAME_LIMIT = Skill._meta.get_field("name").max_length
ESCO_COLUMNS = ("conceptType", "conceptUri", "skillType", "preferredLabel", "altLabels", "description")
ESCO_RELATION_COLUMNS = ("conceptUri", "broaderUri")
ONET_COLUMNS = ("O*NET-SOC Code", "Example", "Commodity Title")
STARTER_COLUMNS = ("name", "family", "kind", "aliases", "description", "esco_uri", "onet_technology")
FAMILY_COLUMNS = ("slug", "name", "position")


class SourceFileError(DomainError):
    """The file is missing, unreadable or not the one that was asked for. Nothing was imported."""

    code = "source_file"


@dataclass(frozen=True)
class Entry:
    """One skill or tool as a source describes it."""

    name: str
    kind: str = Skill.Kind.SKILL
    aliases: tuple[str, ...] = ()
    description: str = ""
    esco_uri: str = ""
    onet_technology: str = ""
    family: str = ""  # the slug of a SkillFamily


def starter_families():
    """`[(slug, name, position)]` of data/families.csv."""
    rows = _rows(STARTER_FOLDER / "families.csv", FAMILY_COLUMNS)
    return [(row["slug"], row["name"], int(row["position"])) for row in rows]


def starter_entries():
    """The entries of data/starter.csv."""
    return [
        Entry(
            name=row["name"],
            kind=row["kind"],
            aliases=_labels(row["aliases"], separator=";"),
            description=row["description"],
            esco_uri=row["esco_uri"],
            onet_technology=row["onet_technology"],
            family=row["family"],
        )
        for row in _rows(STARTER_FOLDER / "starter.csv", STARTER_COLUMNS)
    ]


def esco_entries(path):
    """`(entries, skipped)` of ESCO's skills_en.csv; skipped are the rows that are not released skills."""
    entries, rows = [], _rows(path, ESCO_COLUMNS)
    for number, row in enumerate(rows, start=2):
        if row["conceptType"] != "KnowledgeSkillCompetence" or row.get("status", "released") not in ("released", ""):
            continue
        name, uri = row["preferredLabel"].strip(), row["conceptUri"].strip()
        if not name or not uri.startswith(ESCO_PREFIX):
            raise SourceFileError(f"{path}, row {number}: preferredLabel and an {ESCO_PREFIX}… conceptUri are needed.")
        labels = _labels(row["altLabels"]) + _labels(row.get("hiddenLabels", ""))
        description = row["description"].strip()
        entries.append(Entry(name=name[:NAME_LIMIT], aliases=labels, description=description, esco_uri=uri))
    if not entries:
        raise SourceFileError(f"{path} holds no released skill: is it ESCO's skills_en.csv?")
    return entries, len(rows) - len(entries)


def esco_relations(path):
    """`[(uri, broader uri)]` of ESCO's broaderRelationsSkillPillar_en.csv, skill groups included."""
    return [(row["conceptUri"].strip(), row["broaderUri"].strip()) for row in _rows(path, ESCO_RELATION_COLUMNS)]


def onet_entries(path):
    """`(entries, 0)` of O*NET's Technology Skills file: one tool for each Example, however many occupations name it."""
    titles = {}
    for row in _rows(path, ONET_COLUMNS):
        if name := row["Example"].strip()[:NAME_LIMIT]:
            titles.setdefault(name, row["Commodity Title"].strip())
    entries = [
        Entry(name=name, kind=Skill.Kind.TOOL, description=f"{title}." if title else "", onet_technology=name)
        for name, title in titles.items()
    ]
    if not entries:
        raise SourceFileError(f"{path} names no technology: is it O*NET's Technology Skills file?")
    return entries, 0


def _labels(text, separator="\n"):
    labels = dict.fromkeys(label.strip() for label in text.split(separator))
    return tuple(label for label in labels if label and len(label) <= NAME_LIMIT)


def _rows(path, columns):
    """The rows as dicts, from comma or tab separated text. Raises SourceFileError, also for a missing column."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            delimiter = "\t" if "\t" in file.readline() else ","
            file.seek(0)
            reader = csv.DictReader(file, delimiter=delimiter, restval="")
            _check_columns(path, reader.fieldnames or [], columns)
            return list(reader)
    except OSError as error:
        raise SourceFileError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise SourceFileError(f"{path} is not CSV text in UTF-8: {error}.") from error


def _check_columns(path, present, columns):
    missing = [column for column in columns if column not in present]
    if missing:
        raise SourceFileError(
            f"{path} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}. "
            f"It has: {', '.join(name or '(no name)' for name in present) or 'nothing'}."
        )

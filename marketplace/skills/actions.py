"""Writing the taxonomy. An import is one transaction: all of it or nothing, and running it again changes nothing."""

from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.text import slugify

from marketplace.skills.models import Skill, SkillAlias, SkillFamily, SkillRelation

BATCH = 2_000
COLUMNS = ("name", "kind", "description", "esco_uri", "onet_technology", "source", "family_id")


@dataclass
class Report:
    """What an import did, in counts of rows."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    aliases: int = 0
    relations: int = 0
    skipped: int = 0

    def __str__(self):
        text = f"{self.created} skills created, {self.updated} updated, {self.unchanged} unchanged"
        text += f"; {self.aliases} aliases and {self.relations} relations added"
        return text + (f"; {self.skipped} rows skipped" if self.skipped else "")


@transaction.atomic
def import_starter(*, families, entries):
    """Write the starter taxonomy. It owns the names of its skills: an ESCO skill it aligns with is renamed."""
    for slug, name, position in families:
        SkillFamily.objects.update_or_create(slug=slug, defaults={"name": name, "position": position})
    return import_entries(entries=entries, source=Skill.Source.STARTER)


@transaction.atomic
def import_entries(*, entries, source, relations=(), skipped=0):
    """Write entries of one source, then the relations among skills that have an ESCO URI. Returns a Report."""
    with connection.cursor() as cursor:  # two imports at once would each miss what the other creates
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('skills.import'))")
    taxonomy = _Taxonomy(source)
    for entry in entries:
        taxonomy.place(entry)
    report = taxonomy.save()
    report.relations = _save_relations(relations)
    report.skipped = skipped
    return report


@dataclass
class _Taxonomy:
    """All skills in memory, found by URI, technology and name, so that 14,000 entries need a handful of statements."""

    source: str
    created: list = field(default_factory=list)
    changed: dict = field(default_factory=dict)  # by primary key
    renamed: set = field(default_factory=set)  # primary keys
    seen: set = field(default_factory=set)  # the skills the entries were placed on
    labels: list = field(default_factory=list)  # (skill, alias)

    def __post_init__(self):
        self.families = dict(SkillFamily.objects.values_list("slug", "pk"))
        self.by_uri, self.by_technology, self.by_name, self.slugs = {}, {}, {}, set()
        for skill in Skill.objects.all():
            self._index(skill)

    def _index(self, skill):
        self.by_name[skill.name.lower()] = skill
        self.slugs.add(skill.slug)
        if skill.esco_uri:
            self.by_uri[skill.esco_uri] = skill
        if skill.onet_technology:
            self.by_technology.setdefault(skill.onet_technology.lower(), skill)

    def place(self, entry):
        """Create the skill of this entry, or merge the entry into the skill that is the same thing."""
        skill = self._same(entry)
        if skill is None:
            skill = self._create(entry)
        elif self.source == Skill.Source.STARTER:
            self._rename(skill, entry.name)
            self._set(skill, description=entry.description, kind=entry.kind, source=self.source)
        self._set(skill, **self._references(skill, entry))
        self.seen.add(id(skill))
        self.labels += [(skill, label) for label in (entry.name, *entry.aliases)]

    def _same(self, entry):
        skill = self.by_uri.get(entry.esco_uri) if entry.esco_uri else None
        if skill is None and entry.onet_technology and self.source != Skill.Source.STARTER:
            skill = self.by_technology.get(entry.onet_technology.lower())
        if skill is None:
            skill = self.by_name.get(entry.name.lower())
            if skill and entry.esco_uri and skill.esco_uri and self.source != Skill.Source.STARTER:
                return None  # another concept that happens to share the label
        return skill

    def _create(self, entry):
        skill = Skill(
            name=self._free_name(entry), slug=self._free_slug(entry.name), kind=entry.kind,
            description=entry.description, esco_uri=entry.esco_uri, source=self.source,
        )  # fmt: skip
        self.created.append(skill)
        self._index(skill)
        return skill

    def _references(self, skill, entry):
        """What an entry may add to a skill: the starter taxonomy decides, others only fill what is empty."""
        names = ("esco_uri", "onet_technology", "description")
        first, second = (entry, skill) if self.source == Skill.Source.STARTER else (skill, entry)
        values = {name: getattr(first, name) or getattr(second, name) for name in names}
        return values | {"family_id": self.families[entry.family] if entry.family else skill.family_id}

    def _rename(self, skill, name):
        """The old name stays as an alias; a namesake that is another concept makes way."""
        if skill.name == name:
            return
        namesake = self.by_name.get(name.lower())
        if namesake is not None and namesake is not skill:
            del self.by_name[name.lower()]
            self._set(namesake, name=f"{namesake.name} ({namesake.get_source_display()})")
            self.by_name[namesake.name.lower()] = namesake
        self.labels.append((skill, skill.name))
        self._set(skill, name=name)
        self.by_name[name.lower()] = skill

    def _set(self, skill, **values):
        for name, value in values.items():
            if getattr(skill, name) != value:
                setattr(skill, name, value)
                if skill.pk:
                    self.changed[skill.pk] = skill
                    self._index(skill)
                    if name == "name":
                        self.renamed.add(skill.pk)

    def _free_name(self, entry):
        """Two concepts of ESCO may share a label; the second says where it comes from."""
        name, number = entry.name, 1
        while name.lower() in self.by_name:
            suffix = Skill.Source(self.source).label + (f" {number}" if number > 1 else "")
            name, number = f"{entry.name} ({suffix})", number + 1
        return name

    def _free_slug(self, name):
        base = slugify(name.replace("#", " sharp").replace("+", " plus").replace("&", " and "))[:200] or "skill"
        slug, number = base, 1
        while slug in self.slugs:
            number += 1
            slug = f"{base}-{number}"
        return slug

    def save(self):
        Skill.objects.bulk_create(self.created, batch_size=BATCH)
        # Names may pass from row to row, and each must be unique at every moment: the renamed let go of theirs first.
        Skill.objects.filter(pk__in=self.renamed).update(name=Concat(Value("~"), Cast("pk", TextField())))
        Skill.objects.bulk_update(self.changed.values(), COLUMNS, batch_size=BATCH)
        touched = len(self.created) + sum(id(skill) in self.seen for skill in self.changed.values())
        return Report(
            created=len(self.created), updated=len(self.changed), unchanged=len(self.seen) - touched,
            aliases=self._save_aliases(),
        )  # fmt: skip

    def _save_aliases(self):
        present = {(pk, name.lower()) for pk, name in SkillAlias.objects.values_list("skill_id", "name")}
        missing = {
            (skill.pk, label.lower()): SkillAlias(skill=skill, name=label)
            for skill, label in self.labels
            if label.lower() != skill.name.lower() and (skill.pk, label.lower()) not in present
        }
        SkillAlias.objects.bulk_create(missing.values(), batch_size=BATCH, ignore_conflicts=True)
        return len(missing)


def _save_relations(pairs):
    """Relations to concepts we do not hold (ESCO's groups) are left out. Returns the number added."""
    by_uri = dict(Skill.objects.exclude(esco_uri="").values_list("esco_uri", "pk"))
    present = set(SkillRelation.objects.values_list("skill_id", "broader_id"))
    wanted = {(by_uri[skill], by_uri[broader]) for skill, broader in pairs if skill in by_uri and broader in by_uri}
    missing = sorted(pair for pair in wanted - present if pair[0] != pair[1])
    SkillRelation.objects.bulk_create(
        [SkillRelation(skill_id=skill, broader_id=broader) for skill, broader in missing], batch_size=BATCH
    )
    return len(missing)

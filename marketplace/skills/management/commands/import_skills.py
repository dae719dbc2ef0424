from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from marketplace.skills import sources
from marketplace.skills.actions import import_entries, import_starter
from marketplace.skills.models import Skill


class Command(BaseCommand):
    help = (
        "Import skills and tools. Without arguments: the starter taxonomy. Running it again changes nothing. "
        "See docs/skills.md."
    )

    def add_arguments(self, parser):
        parser.add_argument("--esco", metavar="FILE", help="ESCO's skills_en.csv")
        parser.add_argument("--esco-relations", metavar="FILE", help="ESCO's broaderRelationsSkillPillar_en.csv")
        parser.add_argument("--onet", metavar="FILE", help="O*NET's Technology Skills, as text or CSV")

    def handle(self, *args, esco, esco_relations, onet, **options):
        try:
            reports = self.run(esco, esco_relations, onet)
        except sources.SourceFileError as error:
            raise CommandError(f"{error.message} Nothing was imported.") from error
        if options["verbosity"]:
            for label, report in reports:
                self.stdout.write(f"{label}: {report}.")

    @transaction.atomic
    def run(self, esco, esco_relations, onet):
        """All the files are read before the first row is written."""
        relations = sources.esco_relations(esco_relations) if esco_relations else []
        esco_entries = sources.esco_entries(esco) if esco else ([], 0)
        onet_entries = sources.onet_entries(onet) if onet else ([], 0)
        reports = []
        if not (esco or esco_relations or onet):
            entries = sources.starter_entries()
            reports.append(("Starter", import_starter(families=sources.starter_families(), entries=entries)))
        if esco or esco_relations:
            entries, skipped = esco_entries
            reports.append(("ESCO", self._write(entries, Skill.Source.ESCO, relations, skipped)))
        if onet:
            reports.append(("O*NET", self._write(onet_entries[0], Skill.Source.ONET)))
        return reports

    def _write(self, entries, source, relations=(), skipped=0):
        return import_entries(entries=entries, source=source, relations=relations, skipped=skipped)

import json
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from marketplace.errors import DomainError


class Command(BaseCommand):
    help = (
        "Rank the skills of a vocabulary for each line of standard input: one JSON line per text, best first. "
        "See docs/skills.md."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument(
            "--vocabulary", metavar="CSV", required=True, help="a file with uri, preferred_label and alt_labels"
        )
        parser.add_argument(
            "--semantic", action="store_true", help="compare meaning too; needs the optional weights (docs/skills.md)"
        )
        parser.add_argument("--limit", type=int, default=10, help="how many skills per text (10)")

    def handle(self, *args, vocabulary, semantic, limit, **options):
        from marketplace.skills.suggesting import Vocabulary, read_entries  # numpy, which no page needs

        if limit < 1:
            raise CommandError("--limit must be 1 or more.")
        try:
            model = _model() if semantic else None
            entries = read_entries(vocabulary)
        except DomainError as error:
            raise CommandError(error.message) from error
        skills = Vocabulary(entries, _meanings(model, entries) if model else None)
        for line in sys.stdin.buffer:
            text = line.decode("utf-8", errors="replace").rstrip("\r\n")
            found = [{"uri": s.uri, "label": s.label, "score": s.score} for s in skills.suggest(text, limit)]
            self.stdout.write(json.dumps({"text": text, "skills": found}, ensure_ascii=False))


def _model():
    from marketplace.skills.sentences import SentenceModel, model_folder

    return SentenceModel(model_folder(settings.SEMANTIC_MODEL_DIR))


def _meanings(model, entries):
    from marketplace.skills.meaning import Meanings

    return Meanings(model, [label for _uri, label, _others in entries])

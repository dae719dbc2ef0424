import json
import sys

from django.core.management.base import BaseCommand, CommandError


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
        parser.add_argument("--limit", type=int, default=10, help="how many skills per text (10)")

    def handle(self, *args, vocabulary, limit, **options):
        from marketplace.skills.suggesting import VocabularyError, read_vocabulary  # numpy, which no page needs

        if limit < 1:
            raise CommandError("--limit must be 1 or more.")
        try:
            skills = read_vocabulary(vocabulary)
        except VocabularyError as error:
            raise CommandError(error.message) from error
        for line in sys.stdin.buffer:
            text = line.decode("utf-8", errors="replace").rstrip("\r\n")
            found = [{"uri": s.uri, "label": s.label, "score": s.score} for s in skills.suggest(text, limit)]
            self.stdout.write(json.dumps({"text": text, "skills": found}, ensure_ascii=False))

"""Write the rows that matching reads anew, or check them."""

from django.core.management.base import BaseCommand, CommandError

from projects import denormalised
from projects.matching.pool import COUNTED


class Command(BaseCommand):
    help = "Write the candidates of matching anew, for after a bulk load that went past the triggers."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="only compare them with the truth")

    def handle(self, *, check, **options):
        done, wrong = 0, []
        for ids in denormalised.students_in_batches():
            if check:
                wrong += denormalised.differences(ids)
            else:
                denormalised.rebuild(ids)
            done += len(ids)
            self.stderr.write(f"{done:,} students", ending="\r")
        if wrong:
            raise CommandError(f"{len(wrong)} of {done} differ, the first: {wrong[:10]}. Run it without --check.")
        if not check:
            denormalised.count_students(COUNTED)
        self.stdout.write(f"{done:,} students, {'no difference' if check else 'written'}")

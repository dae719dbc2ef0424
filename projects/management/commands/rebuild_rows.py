"""Write the rows that lists and matching read anew, or check them."""

from django.core.management.base import BaseCommand, CommandError

from projects import denormalised, reliability
from projects.matching.pool import COUNTED
from projects.search import text


class Command(BaseCommand):
    help = "Write the rows that lists and matching read anew, for after a bulk load that went past the triggers."

    def add_arguments(self, parser):
        parser.add_argument("which", nargs="*", choices=[*denormalised.ALL, []], help="which rows (all)")
        parser.add_argument("--check", action="store_true", help="only compare them with the truth")

    def handle(self, *, which, check, **options):
        failed = []
        for name in which or denormalised.ALL:
            done, wrong = self.go_through(denormalised.ALL[name], name, check)
            if wrong:
                failed.append(f"{name}: {len(wrong)} of {done} differ, the first: {wrong[:10]}")
            else:
                self.stdout.write(f"{name}: {done:,} {'compared, no difference' if check else 'written'}")
        if failed:
            raise CommandError(f"{'; '.join(failed)}. Run it without --check.")
        if not check:
            denormalised.count_students(COUNTED)
            text.keep_words()
            if not which:
                self.stdout.write(f"reliability: {reliability.refresh_all():,} written")

    def go_through(self, rows, name, check):
        """(how many there are, ids that differ)"""
        done, wrong = 0, []
        for ids in rows.in_batches():
            if check:
                wrong += rows.differences(ids)
            else:
                rows.rebuild(ids)
            done += len(ids)
            self.stderr.write(f"{name}: {done:,}", ending="\r")
        return done, wrong

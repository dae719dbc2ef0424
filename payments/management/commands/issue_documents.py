from django.core.management.base import BaseCommand

from marketplace.clock import now
from payments.documents.issuing import issue_missing


class Command(BaseCommand):
    help = "Issue the documents of money that moved before this version issued any. Running it again changes nothing."

    def handle(self, *args, **options):
        issued = issue_missing(at=now())
        if options["verbosity"]:
            self.stdout.write(f"{issued} documents issued.")

"""Fill an empty marketplace with the people and projects of the demo."""

import time

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from marketplace.local.demo.seeding import Seeding
from projects.models import Project


class Command(BaseCommand):
    help = "Fill an empty marketplace with demo people, projects and engagements, relative to today."

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, default=7, help="Another number gives other pairings.")

    def handle(self, *, seed, **options):
        if not (settings.LOCAL and settings.STRIPE_API_BASE):
            raise CommandError("Demo data needs a local copy and the Stripe simulator: use ./dev run.")
        if Project.objects.exists():
            self.stdout.write("This marketplace has projects already: no demo data was added.")
            return
        began = time.monotonic()
        call_command("import_skills")
        Seeding(seed=seed, say=self.stdout.write).run()
        self.stdout.write(f"Demo data in {time.monotonic() - began:.1f} s")

"""Compile every template of the project, so that a typo in a rarely seen one is found before a reader finds it."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.exceptions import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def handle(self, *args, **options):
        names = list(template_names())
        failed = [problem for problem in map(problem_in, names) if problem]
        if failed:
            raise CommandError("\n".join(failed))
        self.stdout.write(f"{len(names)} templates compile.")


def template_names():
    root = settings.BASE_DIR / "templates"
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix in {".html", ".txt"}:
            yield path.relative_to(root).as_posix()


def problem_in(name):
    try:
        get_template(name)
    except (TemplateSyntaxError, TemplateDoesNotExist, UnicodeDecodeError) as error:
        return f"{name}: {error}"
    return None

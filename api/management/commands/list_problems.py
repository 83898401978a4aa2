"""`manage.py list_problems > docs/problems.md`."""

from typing import Any

from django.core.management.base import BaseCommand

from api.problems import as_markdown


class Command(BaseCommand):
    """Write the list of problem codes."""

    help = "Write docs/problems.md to standard output."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load every view, so that every error is known, and list them."""
        self.check()
        self.stdout.write(as_markdown(), ending="")

"""`manage.py compare_openapi`."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from api.breaking import breaking_changes

DOCS = Path(settings.BASE_DIR) / "docs"
RELEASED, PRESENT = "openapi-released.json", "openapi.json"


class Command(BaseCommand):
    """Hold docs/openapi.json against the last release's."""

    help = "Fail when docs/openapi.json takes something away that clients of the last release rely on."

    def handle(self, *args: Any, **options: Any) -> None:
        """List what is gone. Raise CommandError when anything is."""
        released, present = (
            json.loads((DOCS / name).read_text()) for name in ("openapi-released.json", "openapi.json")
        )
        if broken := breaking_changes(released, present):
            lines = "\n".join(f"  {line}" for line in broken)
            raise CommandError(
                f"Clients of the last release break on this:\n{lines}\n"
                f"Where it has to be: say so in CHANGELOG.md, and cp docs/{PRESENT} docs/{RELEASED}"
            )

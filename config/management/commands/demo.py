"""`make demo`: everything on one machine, with made-up data."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import OperationalError

from config import demo
from config.embedded import EmbeddedError
from config.processes import ProcessEndedError


class Command(BaseCommand):
    """Run the demo until it is told to stop."""

    help = "Run everything on this machine with made-up data, until Ctrl-C"
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it. Raises SystemExit with one line on what is in the way."""
        try:
            demo.run(settings.BASE_DIR, settings.DATA_DIR)
        except (demo.DemoError, EmbeddedError, ProcessEndedError) as error:
            raise SystemExit(str(error)) from None
        except OperationalError as error:
            raise SystemExit(f"DATABASE_URL can't be used: {str(error).splitlines()[0]}") from None

"""`manage.py seed_demo`: fill the database with invented people."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config.demo import PASSWORD
from config.seed import seed


class Command(BaseCommand):
    """Make up two municipalities, unless they are there."""

    help = "Fill in two invented municipalities with people, occasions and expenses. What is there stays."

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, and tell what was made."""
        made = seed(PASSWORD, timezone.now())
        self.stdout.write(f"Made up {' and '.join(made)}" if made else "Both municipalities are there already")

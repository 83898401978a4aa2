"""`manage.py check_storage`: is every stored file there, is it what it was, and does somebody know of it?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from expenses.storage_check_services import check_all


class Command(BaseCommand):
    """Check all that is stored at once; fail when something is wrong."""

    help = "Hash every stored file of receipts and list those that are missing, changed or orphaned."

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, and tell. Raise CommandError on findings."""
        check = check_all(timezone.now())
        for what in ("missing", "changed", "orphaned"):
            for name in getattr(check, what):
                self.stdout.write(f"{what}: {name}")
        self.stdout.write(f"{check.files} files were hashed.")
        if check.findings:
            raise CommandError(f"{check.findings} files need looking after.")

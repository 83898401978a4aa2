"""`manage.py import_assignments`: read a register of assignments from a CSV or Excel file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from assignments.import_services import ImportReport, import_register
from assignments.register.problems import RegisterUnreadable
from assignments.register.register import RegisterRefused
from assignments.register.sheets import read_sheet
from people.models import Municipality


class Command(BaseCommand):
    """Import a register into one municipality, all of it or nothing."""

    help = "Import clients, decisions, contact persons and assignments from a .csv or .xlsx. See docs/import.md."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and where it belongs."""
        parser.add_argument("file", type=Path, help="a .csv or .xlsx with one row for each assignment")
        parser.add_argument("--municipality", required=True, help="the municipality's code, such as kalix")
        parser.add_argument("--dry-run", action="store_true", help="do everything, then take it back")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file, or say what is wrong with it. Raises CommandError, and then nothing is written."""
        municipality = Municipality.objects.filter(code=options["municipality"]).first()
        if municipality is None:
            raise CommandError(f"There is no municipality with the code “{options['municipality']}”.")
        try:
            sheet = read_sheet(options["file"])
            report = import_register(
                municipality=municipality, sheet=sheet, now=timezone.now(), dry_run=options["dry_run"]
            )
        except RegisterUnreadable as error:
            raise CommandError(f"{error}. Nothing was written.") from None
        except RegisterRefused as refused:
            self.stderr.write("\n".join(map(str, refused.problems)))
            raise CommandError(f"{len(refused.problems)} to mend. Nothing was written.") from None
        self._tell(report, municipality, dry_run=options["dry_run"])

    def _tell(self, report: ImportReport, municipality: Municipality, *, dry_run: bool) -> None:
        for note in report.notes:
            self.stdout.write(f"Note: {note}")
        if not report.has_policy:
            self.stdout.write(f"Note: {municipality} has no policy yet; add one in the back office.")
        self.stdout.write(str(report))
        if dry_run:
            self.stdout.write("Dry run: nothing was written.")

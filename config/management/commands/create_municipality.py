"""`manage.py create_municipality`: how a deployment gets its first municipality and administrator."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email, validate_slug
from django.db import transaction

from expenses.rate_services import begin_with_a_rate
from people.models import Municipality
from people.services import create_municipality


class Command(BaseCommand):
    """Make a municipality and its administrator, unless they are there."""

    help = (
        "Make a municipality and an administrator of it, who signs in to the back office by a code sent by e-mail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what it is called and who looks after it."""
        parser.add_argument("code", help="a short name for addresses and files, such as kalix")
        parser.add_argument("name", help="what people call it, such as Kalix kommun")
        parser.add_argument("--administrator", required=True, metavar="EMAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them. Raises CommandError for what is no code, name or address."""
        code, name, email = options["code"], options["name"].strip(), options["administrator"].strip()
        try:
            validate_slug(code)
            validate_email(email)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        if not name or max(len(code), len(name) - 50) > 50:
            raise CommandError("The code has at most 50 characters, and the name 1 to 100.")
        with transaction.atomic():
            made = create_municipality(code=code, name=name, administrator_email=email)
            begin_with_a_rate(Municipality.objects.get(code=code))
        self.stdout.write(
            f"{code} has an administrator now." if made else f"{code} and its administrator are there already."
        )
        if made:
            self.stdout.write(
                "Next: add a policy, activity kinds and expense categories in the back office, /admin/."
            )

"""The acts by which contact persons and contact families are granted, with the days of each."""

from datetime import date

from django.db import migrations

LEGAL_BASES = [
    ("sol-2001", "Socialtjänstlagen (2001:453)", "Social Services Act (2001:453)", date(2002, 1, 1), date(2025, 6, 30)),
    ("sol-2025", "Socialtjänstlagen (2025:400)", "Social Services Act (2025:400)", date(2025, 7, 1), None),
    (
        "lss-1993",
        "9 § 4 lagen (1993:387) om stöd och service till vissa funktionshindrade",
        "Section 9(4) of the Act (1993:387) on Support and Service for Persons with Certain Disabilities",
        date(1994, 1, 1),
        None,
    ),
]


def add(apps, schema_editor):
    LegalBasis = apps.get_model("assignments", "LegalBasis")
    for code, title_sv, title_en, first_day, last_day in LEGAL_BASES:
        LegalBasis.objects.get_or_create(
            code=code,
            defaults={"title_sv": title_sv, "title_en": title_en, "first_day": first_day, "last_day": last_day},
        )


class Migration(migrations.Migration):
    dependencies = [("assignments", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]

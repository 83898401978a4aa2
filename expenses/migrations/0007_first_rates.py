"""The rate per kilometre that the municipalities that are there begin with. Source: Skatteverket, from 2023."""

from datetime import date
from decimal import Decimal

from django.db import migrations


def add(apps, schema_editor):
    Municipality = apps.get_model("people", "Municipality")
    MileageRate = apps.get_model("expenses", "MileageRate")
    for municipality in Municipality.objects.all():
        MileageRate.objects.get_or_create(
            municipality=municipality, first_day=date(2023, 1, 1), defaults={"rate": Decimal("2.50")}
        )


class Migration(migrations.Migration):
    dependencies = [("expenses", "0006_caps_mileage_asking")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]

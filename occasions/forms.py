"""The back office's form to choose a month."""

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextInputWidget

from core.periods import Month


class MonthForm(forms.Form):
    """A month, as browsers that know months send it, or as people write it."""

    month = forms.CharField(label="Månad", widget=UnfoldAdminTextInputWidget(attrs={"type": "month"}))

    def clean_month(self) -> Month:
        """Refuse what is no month."""
        try:
            return Month.parse(self.cleaned_data["month"])
        except ValueError:
            raise ValidationError("Skriv månaden som 2026-05.") from None

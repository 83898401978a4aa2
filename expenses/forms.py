"""The back office's form about rates per kilometre."""

from django import forms

from expenses.models import MileageRate


class MileageRateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rate, in Swedish words."""

    class Meta:
        model = MileageRate
        fields = ["municipality", "first_day", "rate"]
        labels = {"municipality": "Kommun", "first_day": "Gäller från och med", "rate": "Kronor per kilometer"}
        help_texts = {
            "first_day": "Utlägg med egen bil ersätts efter den dag då resan gjordes. En ersättning som någon har "
            "fått kan inte ändras: lägg till en från en senare dag.",
        }

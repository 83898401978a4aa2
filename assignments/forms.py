"""The back office's form about policies."""

import json
from typing import Any

from django import forms
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import get_language
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from assignments import services
from assignments.models import Policy
from assignments.policy_words import HELP, LABELS
from core.errors import DomainError
from core.text import known_language
from people.models import Municipality

USUAL_STEPS = [[0, 1], [300, 2], [600, 3]]


class RowsField(forms.JSONField):
    """A table as JSON, with a row on each line."""

    def prepare_value(self, value: Any) -> Any:
        """Write the rows for a person to read."""
        if not isinstance(value, list) or not any(isinstance(row, dict) for row in value):
            return super().prepare_value(value)
        rows = (json.dumps(row, ensure_ascii=False, cls=self.encoder) for row in value)
        return "[\n" + ",\n".join(f"  {row}" for row in rows) + "\n]"


class CapsField(forms.JSONField):
    """Caps as JSON; nothing written is none of them."""

    def clean(self, value: Any) -> Any:
        """Read them. Raise ValidationError for what is no JSON."""
        return super().clean(value) or {}


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A version of a policy; what can't be meant is told at the field."""

    activity_kinds = forms.MultipleChoiceField(
        label=LABELS["activity_kinds"],
        help_text=HELP["activity_kinds"],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = Policy
        fields = list(LABELS)
        labels = LABELS
        help_texts = HELP
        field_classes = {"weight_steps": RowsField, "cancellations": RowsField, "category_caps": CapsField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "activity_kinds" in self.fields:
            self.fields["activity_kinds"].choices = self._kinds()  # type: ignore[attr-defined]
        for name, rows in (("weight_steps", 2), ("cancellations", 10), ("category_caps", 3)):
            if name in self.fields:
                self.fields[name].widget.attrs["rows"] = rows
        if "weight_steps" in self.fields:
            self.fields["weight_steps"].initial = USUAL_STEPS

    def _kinds(self) -> list[tuple[str, str]]:
        """Offer the kinds of the policy's municipality, or of those that it may be given to."""
        if self.instance.municipality_id is not None:
            municipalities = [self.instance.municipality]
        else:
            municipalities = list(self.fields["municipality"].queryset)  # type: ignore[attr-defined]
        prefetch_related_objects(municipalities, "activity_kinds")
        names = {kind.code: kind.name_sv for one in municipalities for kind in one.activity_kinds.all()}
        return sorted(names.items(), key=lambda item: item[1])

    def clean(self) -> dict[str, Any]:
        """Refuse a first day as the services do, before anything that was typed is lost."""
        values: dict[str, Any] = super().clean() or {}
        municipality, first_day = self._municipality(values), values.get("first_day")
        if municipality is not None and first_day is not None:
            known = None if self.instance._state.adding else self.instance.pk
            try:
                services.check_first_day(municipality, first_day, now=timezone.now(), policy_id=known)
            except DomainError as error:
                self.add_error(error.field, error.detail(known_language(get_language())))
        return values

    def _municipality(self, values: dict[str, Any]) -> Municipality | None:
        given: Municipality | None = values.get("municipality")
        return given if "municipality" in self.fields else self.instance.municipality

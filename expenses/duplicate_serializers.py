"""How a human answers that an expense looks claimed before."""

from rest_framework import serializers

from core.serializers import CommandSerializer
from expenses.models import Duplicate


class AnswerDuplicateSerializer(CommandSerializer):
    """Whether it is the same, and what there is to say about it."""

    answer = serializers.ChoiceField(Duplicate.Answer.choices)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")

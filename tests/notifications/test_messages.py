"""The words of notifications, before anybody is told them."""

import re

import pytest

from core.text import LANGUAGES
from notifications.messages import MESSAGES, UNKNOWN, Kind, message_of


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_words_in_every_language(kind: Kind) -> None:
    for language in LANGUAGES:
        title, body = message_of(kind).words(language)
        assert title.strip()
        assert body.strip()


@pytest.mark.parametrize("kind", Kind)
def test_no_text_has_room_for_a_name_a_number_or_a_time(kind: Kind) -> None:
    for language in LANGUAGES:
        # message_of is told nothing but the kind; a placeholder would show as one.
        assert not re.search(r"[{}%0-9]", " ".join(MESSAGES[kind].words(language)))


def test_a_time_is_said_where_it_may_be() -> None:
    soon = MESSAGES[Kind.OCCASION_SOON]
    assert soon.words("sv", 60, "15.00")[1] == "Du har något planerat inom en timme. Kl. 15.00."
    assert soon.words("en", 60)[1] == "You have something planned within an hour."


def test_a_kind_of_another_release_has_neutral_words() -> None:
    assert message_of("a_kind_of_tomorrow") == UNKNOWN


def test_only_what_is_about_to_start_wakes_the_phone() -> None:
    assert {kind for kind, message in MESSAGES.items() if message.urgent} == {Kind.OCCASION_SOON}

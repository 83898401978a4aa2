"""Reading a policy that is not in the database from a JSON file, to try it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.utils.translation import override

from assignments.models import Policy
from people.models import Municipality

NUMBER = (int, float, str)
# The kinds of JSON values that Django can be asked to read; what is wrong with them it says itself.
FIELDS: Mapping[str, tuple[type, ...]] = {
    "first_day": (str,),
    "weight_steps": (list,),
    "highest_weight": (*NUMBER, NoneType),
    "day_parted_at": (str, NoneType),
    "period": (str,),
    "partial_period": (str,),
    "saving_cap": NUMBER,
    "saving_age": (int, NoneType),
    "ahead_cap": NUMBER,
    "on_exceeded": (str,),
    "cancellations": (list,),
    "activity_kinds": (list,),
    "receipt_days": (int, NoneType),
    "category_caps": (dict,),
    "ask_first_above": (*NUMBER, NoneType),
    "second_person_above": (*NUMBER, NoneType),
}


class PolicyUnreadable(Exception):
    """The file holds no policy; `mistakes` says why, a line each."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


def read_policy(path: Path, municipality: Municipality) -> Policy:
    """Return the policy that a file describes, unsaved: a JSON object with the fields of Policy.

    What is left out is as in a new policy; only `weight_steps` has to be there, and `first_day` tells nothing.
    Raise PolicyUnreadable with every mistake.
    """
    fields = _object(path)
    if mistakes := list(_shape(fields)):
        raise PolicyUnreadable(*mistakes)
    policy = Policy(municipality=municipality, **{"first_day": "2020-01-01"} | fields)
    with override("en"):
        try:
            # Another version may begin on the same day: this one will not be saved.
            policy.full_clean(exclude=["municipality"], validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            raise PolicyUnreadable(*_named(error)) from None
    return policy


def _object(path: Path) -> dict[str, Any]:
    try:
        fields = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
    except OSError as error:
        raise PolicyUnreadable(f"The file can't be opened: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise PolicyUnreadable(f"The file is no JSON: {error}") from None
    if not isinstance(fields, dict):
        raise PolicyUnreadable('The file is no JSON object such as {"weight_steps": [[0, 1], [300, 2]]}')
    return fields


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _shape(fields: Mapping[str, Any]) -> Iterator[str]:
    for name, value in fields.items():
        if name not in FIELDS:
            yield f"{name}: is no field of a policy; there are {', '.join(FIELDS)}"
        elif type(value) not in FIELDS[name] or (name == "activity_kinds" and not all(map(_is_text, value))):
            yield f"{name}: can't be {json.dumps(value)[:40]}"
    if "weight_steps" not in fields:
        yield "weight_steps: is missing"


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _named(error: ValidationError) -> Iterator[str]:
    for name, messages in error.message_dict.items():
        yield f"{name}: {' '.join(messages)}"

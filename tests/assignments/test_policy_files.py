"""A policy in a file: every mistake is named."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assignments.models import Policy
from assignments.policy_files import FIELDS, PolicyUnreadable, read_policy
from assignments.rules import CancellationTable, default_cancellations
from people.models import Municipality

GOOD: dict[str, Any] = {"weight_steps": [[0, 1], [240, 2]]}


def put(folder: Path, fields: Any) -> Path:
    path = folder / "rules.json"
    path.write_text(fields if isinstance(fields, str) else json.dumps(fields))
    return path


def mistakes(folder: Path, fields: Any) -> list[str]:
    with pytest.raises(PolicyUnreadable) as refused:
        read_policy(put(folder, fields), Municipality(code="kalix"))
    return list(refused.value.mistakes)


def test_a_file_may_hold_every_field_or_only_the_table(tmp_path: Path, kalix: Municipality) -> None:
    every = GOOD | {
        "first_day": "2027-01-01",
        "highest_weight": 4,
        "day_parted_at": "11:00",
        "period": "half_year",
        "partial_period": "pro_rata",
        "saving_cap": 2.5,
        "saving_age": 3,
        "ahead_cap": "1",
        "on_exceeded": "ask",
        "cancellations": default_cancellations(),
        "activity_kinds": ["cinema"],
        "receipt_days": 60,
        "category_caps": {"meal": 150, "ticket": "300.50"},
        "ask_first_above": 500,
        "second_person_above": "2000.00",
    }
    assert every.keys() == FIELDS.keys()
    rules: Any = read_policy(put(tmp_path, every), kalix).rules
    assert (rules.saving_cap, rules.ahead_cap, rules.period) == (Decimal("2.5"), 1, "half_year")
    assert rules.category_caps == {"meal": Decimal(150), "ticket": Decimal("300.50")}
    assert (rules.receipt_days, rules.ask_first_above, rules.second_person_above) == (60, 500, 2000)
    assert read_policy(put(tmp_path, GOOD), kalix).rules.saving_cap == 0
    assert Policy.objects.filter(municipality=kalix).count() == 1


def test_every_field_of_a_policy_may_be_in_a_file() -> None:
    own = {"id", "version", "created_at", "updated_at", "municipality"}
    assert {field.name for field in Policy._meta.concrete_fields} - own == FIELDS.keys()


def test_the_page_about_policies_explains_every_field_and_its_example_can_be_tried(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "policy.md").read_text()
    assert re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE) == list(FIELDS)
    rows, example = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert read_policy(put(tmp_path, example), Municipality(code="kalix")).saving_cap == 2
    late, in_time = map(json.loads, rows.splitlines())
    assert CancellationTable.parse([late, in_time, *default_cancellations()[1:]])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"weight_steps": [[1, 1]]}, "weight_steps: It is no table of weights: weight steps start at 0 minutes"),
        ({"weight_steps": {}}, "weight_steps: can't be {}"),
        ({"highest_weight": 1}, "highest_weight: The table gives more than that."),
        ({"highest_weight": 3.5}, "highest_weight: Use a whole number."),
        ({"weight_steps": [[0, 0.5], [300, 1]]}, "weight_steps: It is no table of weights: weights are whole"),
        ({"highest_weight": "much"}, "highest_weight: “much” value must be a decimal number."),
        ({"highest_weight": "NaN"}, "highest_weight: "),
        ({"highest_weight": True}, "highest_weight: can't be true"),
        ({"saving_cap": -1}, "saving_cap: Ensure this value is greater than or equal to 0."),
        ({"saving_cap": "Infinity"}, "saving_cap: "),
        ({"saving_cap": "1e400"}, "saving_cap: "),
        ({"saving_cap": 0.3}, "saving_cap: Use steps of 0.5."),
        ({"saving_age": 0}, "saving_age: Ensure"),
        ({"saving_age": 2.5}, "saving_age: can't be 2.5"),
        ({"ahead_cap": None}, "ahead_cap: can't be null"),
        ({"period": "decade"}, "period: Value 'decade' is not a valid choice."),
        ({"on_exceeded": ""}, "on_exceeded: This field cannot be blank."),
        ({"day_parted_at": "noonish"}, "day_parted_at: “noonish” value has an invalid format"),
        ({"first_day": "2026-02-30"}, "first_day: "),
        ({"cancellations": [{"by": "client"}]}, "cancellations: It is no table of cancellations: "),
        ({"cancellations": []}, "cancellations: This field cannot be blank."),
        ({"receipt_days": 0}, "receipt_days: Ensure"),
        ({"receipt_days": 1.5}, "receipt_days: can't be 1.5"),
        ({"category_caps": []}, "category_caps: can't be []"),
        (
            {"category_caps": {"meal": 0}},
            "category_caps: It is no table of caps: a cap is an amount in SEK above 0",
        ),
        ({"ask_first_above": 0}, "ask_first_above: Ensure"),
        ({"ask_first_above": "0.001"}, "ask_first_above: Ensure"),
        ({"second_person_above": 10_000_000}, "second_person_above: Ensure"),
        ({"activity_kinds": [5, {"a": 1}]}, "activity_kinds: can't be [5, "),
        ({"colour": "red"}, "colour: is no field of a policy; there are first_day, weight_steps"),
    ],
)
def test_what_is_wrong_with_a_field_is_named(tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    found = mistakes(tmp_path, GOOD | wrong)
    assert found[0].startswith(said)
    assert len(found) == 1


def test_all_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    found = mistakes(tmp_path, {"weight_steps": [], "saving_cap": -1, "on_exceeded": "shrug"})
    assert sorted(line.partition(":")[0] for line in found) == ["on_exceeded", "saving_cap", "weight_steps"]
    assert mistakes(tmp_path, {}) == ["weight_steps: is missing"]


@pytest.mark.django_db
def test_kinds_that_the_municipality_has_not_are_named(tmp_path: Path, kalix: Municipality) -> None:
    with pytest.raises(PolicyUnreadable, match="The municipality has no kinds skydiving"):
        read_policy(put(tmp_path, GOOD | {"activity_kinds": ["walk", "skydiving"]}), kalix)
    with pytest.raises(PolicyUnreadable, match="The municipality has no categories boat"):
        read_policy(put(tmp_path, GOOD | {"category_caps": {"meal": 100, "boat": 100}}), kalix)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no JSON"),
        ("[0, 1]", "no JSON object"),
        ("null", "no JSON object"),
        ('{"saving_cap": NaN}', "NaN is no number"),
        ("[" * 100_000, "no JSON"),
        ("\ud800", "no JSON"),
    ],
    ids=["empty", "list", "null", "NaN", "deep", "letters"],
)
def test_what_is_no_object_is_told(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "rules.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(PolicyUnreadable, match=said):
        read_policy(path, Municipality(code="kalix"))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyUnreadable, match="can't be opened: No such file"):
        read_policy(tmp_path / "missing.json", Municipality(code="kalix"))

"""Questions to the database that are compiled once, and asked many at a time.

What a hot read asks is written with the ORM as everything else is, so that who may see what is said in one place.
But to build and compile a query set takes longer than the database does to answer it. So it is built once with
blanks for the values that differ from call to call, and its SQL is kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

Kind = TypeVar("Kind", UUID, datetime, date, str)
Values = Mapping[Any, Any]
Rows = list[tuple[Any, ...]]
_COUNT = "SELECT COUNT(*) FROM (…) AS counted"
FAR_OFF = datetime(1000, 1, 1, tzinfo=UTC)  # nothing of ours is as old


def blank(kind: type[Kind], number: int = 0) -> Kind:
    """Return what stands for a value in a query set that is prepared; those of a kind differ by their number."""
    found: dict[type, Any] = {
        UUID: UUID(int=number + 1),
        datetime: FAR_OFF + timedelta(microseconds=number + 1),
        date: FAR_OFF.date() + timedelta(days=number),
        str: f"blank {number}",
    }
    return cast(Kind, found[kind])


@dataclass(frozen=True)
class Question:
    """SQL that was compiled once, and its parameters, blanks among them; empty where nothing can be found."""

    sql: str
    params: tuple[Any, ...] = ()

    @classmethod
    def of(cls, rows: QuerySet[Any, Any]) -> "Question":
        """Compile a query set of values."""
        try:
            return cls(*rows.query.sql_with_params())
        except EmptyResultSet:
            return cls("")

    @classmethod
    def how_many(cls, rows: QuerySet[Any, Any]) -> "Question":
        """Compile a question for the number of rows; none, where nothing can be found."""
        asked = cls.of(rows.order_by().values_list("pk"))
        return cls(_COUNT.replace("…", asked.sql), asked.params) if asked.sql else asked

    def filled(self, values: Values) -> list[Any]:
        """Return the parameters with the values in the place of their blanks."""
        return [values.get(one, one) if isinstance(one, UUID | date | str) else one for one in self.params]


_kept: dict[Any, Question] = {}
MOST_KEPT = 1000


def kept(key: Any, asked: Callable[[], "QuerySet[Any, Any] | Question"]) -> Question:
    """Return the question of a key that names all on which its SQL depends; it is compiled the first time."""
    if key not in _kept:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        made = asked()
        _kept[key] = made if isinstance(made, Question) else Question.of(made)
    return _kept[key]


def ask(questions: Sequence[Question], values: Values) -> list[Rows]:
    """Return the rows of each question. All are asked in one round trip."""
    asked = [question for question in questions if question.sql]
    answers: dict[int, Rows] = {}
    if asked:  # `execute` takes several statements, since it fills the values in before it sends them
        with connection.cursor() as cursor:
            cursor.execute(
                "; ".join(question.sql for question in asked),
                [value for question in asked for value in question.filled(values)],
            )
            for question in asked:
                answers[id(question)] = cursor.fetchall()
                cursor.nextset()
    return [answers.get(id(question), []) for question in questions]

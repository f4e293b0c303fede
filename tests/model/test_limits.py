"""What can be made can be written and read; what can't be read is refused when it is made."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from tests.model.sample import SPACE
from tuitune.errors import UsageError
from tuitune.model.events import (
    EpochReported,
    Event,
    RoundStarted,
    SessionCreated,
    StoredEvent,
    TrialEnded,
    WorkersChanged,
)
from tuitune.model.limits import LATEST, MOST
from tuitune.model.trial import Problem, Trial, TrialState
from tuitune.space import Space
from tuitune.space.numbers import LARGEST
from tuitune.store.journal import check_event
from tuitune.words import encode


def values_of(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """Return JSON values of a type of a record, up to its limits."""
    match kind:
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
        case inspect.IntType(ge=low, le=high):
            return st.integers(low, high)
        case inspect.FloatType(ge=low, gt=above, le=high):
            least = above if low is None else low
            return st.floats(least, high, exclude_min=above is not None)
        case inspect.StrType(max_length=most):
            return st.text(max_size=20 if most is None else min(most, 20))
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.EnumType(cls=cls):
            return st.sampled_from([member.value for member in cls])
        case inspect.UnionType(types=types):
            return st.one_of([values_of(one) for one in types])
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            return st.lists(values_of(item), max_size=3)
        case inspect.DictType(key_type=key, value_type=value, min_length=least_items):
            names = values_of(key)
            return st.dictionaries(names, values_of(value), min_size=least_items or 0, max_size=3)
        case inspect.RawType():
            return st.just({"val_acc": [0.5, None]})
        case inspect.StructType(cls=cls) if cls is Space:
            return st.just(msgspec.to_builtins(SPACE))
        case inspect.StructType(cls=cls, fields=fields, tag=tag, tag_field=tag_field):
            built = {f.encode_name: values_of(f.type) for f in fields}
            if tag is not None:
                built[str(tag_field)] = st.just(tag)
            return st.fixed_dictionaries(built)
    raise AssertionError(f"no values for {kind}")


RECORDS = [*StoredEvent.__args__, Trial]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_a_record_is_read_as_it_was_written(record: type[Any], data: st.DataObject) -> None:
    document = data.draw(values_of(inspect.type_info(record)))
    one = msgspec.json.decode(encode(document), type=record)
    again = msgspec.json.decode(encode(one), type=record)
    assert encode(again) == encode(one)
    if isinstance(one, Event):
        check_event(one)


@pytest.mark.parametrize(
    "event",
    [
        WorkersChanged(0),
        WorkersChanged(257),
        RoundStarted(1, 1, "random", "none", MOST + 1, 0.0),
        RoundStarted(1, 1, "random", "none", 10**400, 0.0),
        TrialEnded(1, TrialState.DONE, LATEST * 2.0, 0.0),
        TrialEnded(1, TrialState.DONE, 0.0, -1.0),
        EpochReported(1, 1, {"val_acc": LARGEST * 10}, 0.0),
        EpochReported(1, 1, {}, 0.0),
        SessionCreated("x" * 101, Problem(), 0, 0.0, "0"),
        SessionCreated("x", Problem(epochs=0), 0, 0.0, "0"),
        SessionCreated("x", Problem(samples=0), 0, 0.0, "0"),
        SessionCreated("x", Problem(settings={"hidden": 10**300}), 0, 0.0, "0"),
        SessionCreated("x", Problem(), -1, 0.0, "0"),
    ],
)
def test_what_could_not_be_read_again_is_refused(event: Event) -> None:
    with pytest.raises(UsageError, match=r"^That can't be kept: .*\.$"):
        check_event(event)

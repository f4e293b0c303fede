"""The space: all parameters of a problem together, by name and in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from msgspec.structs import force_setattr, replace

from tuitune.errors import SpaceError, plain, quote
from tuitune.space.checks import same_value
from tuitune.space.conditions import Condition, is_met
from tuitune.space.kinds import Choice, IntRange, Parameter
from tuitune.space.numbers import Value, format_value, is_number

LONGEST_NAME: Final = 64  # characters
DEEPEST: Final = 2  # conditions on the way from a parameter to one that always counts


class Space(msgspec.Struct, frozen=True):
    """One parameter or more by name, in the order in which they are shown and drawn.

    A parameter with a condition counts only beside some values of its parent, a choice or a range
    of whole numbers, which may be conditional itself, once. Params have values for those that
    count, and no others. Raises SpaceError where there is no parameter, a name is not 1 to 64
    printable characters without spaces and without `=`, `,`, `{` and `}`, or a condition is about
    what can't be.
    """

    parameters: dict[str, Parameter]

    def __post_init__(self) -> None:
        if not self.parameters:
            raise SpaceError("a space has at least one parameter; write lr=1e-6..1e-2 log")
        for name in self.parameters:
            check_name(name)
        parameters = {name: self._conditioned(name, p) for name, p in self.parameters.items()}
        force_setattr(self, "parameters", parameters)
        for name in self.parameters:
            self._check_depth(name)

    def __getitem__(self, name: str) -> Parameter:
        if name not in self.parameters:
            raise self._unknown(name)
        return self.parameters[name]

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in order."""
        return tuple(self.parameters)

    @property
    def free_names(self) -> tuple[str, ...]:
        """The names of the parameters that are not frozen, in order."""
        return tuple(name for name, p in self.parameters.items() if not p.is_frozen)

    @property
    def conditions(self) -> dict[str, Condition | None]:
        """The condition of each parameter; None: it always counts."""
        return {name: p.when for name, p in self.parameters.items()}

    @property
    def is_conditional(self) -> bool:
        """Whether some parameter doesn't always count."""
        return any(p.when is not None for p in self.parameters.values())

    @property
    def parents_first(self) -> tuple[str, ...]:
        """All names in an order in which each stands behind what its condition is about."""
        return tuple(sorted(self.parameters, key=lambda name: len(self.ancestors(name))))

    @property
    def families(self) -> tuple[str, ...]:
        """All names in order, but each right behind what its condition is about."""
        found: list[str] = []

        def add(name: str) -> None:
            found.append(name)
            for other, p in self.parameters.items():
                if p.when is not None and p.when.parameter == name:
                    add(other)

        for name, p in self.parameters.items():
            if p.when is None:
                add(name)
        return tuple(found)

    def ancestors(self, name: str) -> tuple[str, ...]:
        """Return the parameters that decide whether `name` counts, the nearest first."""
        found: list[str] = []
        condition = self.parameters[name].when
        while condition is not None and condition.parameter not in found:
            found.append(condition.parameter)
            condition = self.parameters[condition.parameter].when
        return tuple(found)

    def counts(self, name: str, params: Mapping[str, Value]) -> bool:
        """Say whether the parameter `name` counts beside the other values of `params`."""
        return self.parameters[name].when is None or is_met(self.conditions, name, params)

    def can_count(self, name: str) -> bool:
        """Say whether `name` counts at some point that may be drawn from these ranges."""
        return all(
            self._may_hold(one) for one in (name, *self.ancestors(name)[:-1]) if self[one].when
        )

    def active(self, params: Mapping[str, Value]) -> dict[str, Value]:
        """Return the values of the parameters that count, in order; others are left out."""
        if not self.is_conditional:
            return {name: params[name] for name in self.parameters if name in params}
        conditions = self.conditions
        return {
            name: params[name]
            for name in self.parameters
            if name in params and is_met(conditions, name, params)
        }

    def replace(self, name: str, parameter: Parameter) -> Space:
        """Return this space with another parameter under a name that it has."""
        if name not in self.parameters:
            raise self._unknown(name)
        return Space({**self.parameters, name: parameter})

    def contains(self, params: Mapping[str, Value]) -> bool:
        """Say whether each parameter that counts has a value in its range; others don't matter."""
        return all(
            (n in params and p.contains(params[n])) or not self.counts(n, params)
            for n, p in self.parameters.items()
        )

    def to_unit(self, params: Mapping[str, Value], *, clipped: bool = True) -> dict[str, float]:
        """Return the unit of each value that counts, in order; SpaceError where one is missing."""
        units = {}
        for name, parameter in self.parameters.items():
            if name in params:
                units[name] = parameter.to_unit(params[name], clipped=clipped)
            elif self.counts(name, params):
                raise self._missing(name)
        return units

    def from_unit(self, units: Mapping[str, float] | Sequence[float]) -> dict[str, Value]:
        """Return the point at `units`: a number from 0 to 1 for each name, or in their order.

        A mapping may leave out frozen parameters; a sequence has one unit for every name. What
        doesn't count beside the others is left out of the point.
        """
        if not isinstance(units, Mapping):
            if len(units) != len(self.parameters):
                raise SpaceError(
                    f"a point has one unit for each of the {len(self.parameters)} parameters, "
                    f"not {len(units)}; give {[0.5] * min(len(self.parameters), 8)}"
                )
            units = dict(zip(self.parameters, units, strict=True))
        values: dict[str, Value] = {}
        for name, parameter in self.parameters.items():
            if name not in units and not parameter.is_frozen:
                raise self._missing(name)
            values[name] = parameter.from_unit(units.get(name, 0.5))
        return self.active(values)

    def validate_params(self, params: Mapping[str, Value]) -> None:
        """Raise SpaceError where a name is unknown, missing or doesn't count, or a type is wrong.

        A value outside its range is no error here: trials keep the values they were drawn with.
        """
        for name in params:
            if name not in self.parameters:
                raise self._unknown(name)
        for name in self.parents_first:
            parameter = self.parameters[name]
            if not self.counts(name, params):
                if name in params:
                    raise self._does_not_count(name, params)
                continue
            if name not in params:
                raise self._missing(name)
            value = params[name]
            if isinstance(parameter, Choice):
                good = any(same_value(value, option) for option in parameter.options)
                wanted = "one of its options"
            elif isinstance(parameter, IntRange):
                good = is_number(value) and isinstance(value, int)
                wanted = "a whole number"
            else:
                good, wanted = is_number(value), "a finite number"
            if not good:
                example = format_value(parameter.from_unit(0.5), 3)
                raise SpaceError(
                    f"{name} takes {wanted}, not {quote(str(value))}; write {name}={example}"
                )

    def _conditioned(self, name: str, p: Parameter) -> Parameter:
        """Return `p` with a condition that its parent can meet. Raises SpaceError."""
        condition = p.when
        if condition is None:
            return p
        example = f"{name}={'0..1'} if optimizer=sgd"
        parent = self.parameters.get(condition.parameter)
        if parent is None or condition.parameter == name:
            others = ", ".join(other for other in self.names[:8] if other != name)
            raise SpaceError(
                f"a condition is about another parameter, and {name} is said to count by "
                f"{quote(condition.parameter)}; there is {others or 'no other'}: write {example}"
            )
        if isinstance(parent, Choice):
            known = parent.options
            unknown = [o for o in condition.options if not any(same_value(o, k) for k in known)]
            if unknown or not condition.options:
                options = "|".join(format_value(option) for option in known[:8])
                raise SpaceError(
                    f"{name} counts by options of {condition.parameter}, which are {options}; "
                    f"write {name}=0..1 if {condition.parameter}={format_value(known[0])}"
                )
            # In the order of the parent, so that equal conditions are equal records.
            return replace(
                p, when=Condition(condition.parameter, tuple(filter(condition.holds, known)))
            )
        if not isinstance(parent, IntRange):
            raise SpaceError(
                f"a condition is about a choice or whole numbers, and {condition.parameter} is a "
                f"range of real ones; write {example}"
            )
        if not condition.options:
            return p
        numbers = sorted(o for o in condition.options if type(o) is int)
        if len(numbers) != len(condition.options) or numbers[-1] - numbers[0] >= len(numbers):
            raise SpaceError(
                f"{name} counts by a span of {condition.parameter}; write {name}=0..1 if "
                f"{condition.parameter}>={format_value(parent.high)}"
            )
        return replace(p, when=Condition(condition.parameter, low=numbers[0], high=numbers[-1]))

    def _check_depth(self, name: str) -> None:
        ancestors = self.ancestors(name)
        if name in ancestors:
            raise SpaceError(
                f"conditions go in a circle through {name}; write one of its parameters without if"
            )
        if len(ancestors) > DEEPEST:
            raise SpaceError(
                f"a condition's parent is conditional itself at most once, and {name} counts by "
                f"{' by '.join(ancestors)}; write one of them without if"
            )

    def _may_hold(self, name: str) -> bool:
        condition = self.parameters[name].when
        assert condition is not None
        parent = self.parameters[condition.parameter]
        if parent.frozen is not None:
            return condition.holds(parent.frozen)
        if isinstance(parent, Choice):
            return any(map(condition.holds, parent.on))
        assert isinstance(parent, IntRange)
        low = parent.low if condition.low is None else max(parent.low, condition.low)
        high = parent.high if condition.high is None else min(parent.high, condition.high)
        step = parent.step or 1
        return low + (parent.low - low) % step <= high

    def _does_not_count(self, name: str, params: Mapping[str, Value]) -> SpaceError:
        blocking = next(
            one
            for one in (name, *self.ancestors(name))
            if (condition := self.parameters[one].when) is not None
            and not condition.holds(params.get(condition.parameter, ""))
        )
        condition = self.parameters[blocking].when
        assert condition is not None
        parent = condition.parameter
        shown = format_value(params[parent]) if parent in params else "nothing"
        return SpaceError(
            f"{name} doesn't count beside {parent}={shown}; leave it out, or write {parent}="
            f"{_example(condition)}"
        )

    def _unknown(self, name: str) -> SpaceError:
        shown = ", ".join(self.names[:8]) + (", ..." if len(self.names) > 8 else "")
        return SpaceError(
            f"the parameters are {shown}, {quote(str(name))} is none of them; use {self.names[0]}"
        )

    def _missing(self, name: str) -> SpaceError:
        value = format_value(self.parameters[name].from_unit(0.5), 3)
        return SpaceError(f"{name} has no value; write {name}={value}")


def _example(condition: Condition) -> str:
    """Return a value of the parent with which the condition holds."""
    if condition.options:
        return format_value(condition.options[0])
    return str(condition.high if condition.low is None else condition.low)


def check_name(name: str) -> None:
    """Raise SpaceError unless `name` can name a parameter."""
    bad = not isinstance(name, str) or not 1 <= len(name) <= LONGEST_NAME
    if bad or plain(name) != name or any(c in "=,{}" or c.isspace() for c in name):
        raise SpaceError(
            f"a name is 1 to {LONGEST_NAME} printable characters without spaces, =, comma and "
            f"braces, unlike {quote(str(name))}; write lr=1e-6..1e-2 log"
        )

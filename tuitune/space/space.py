"""The space: all parameters of a problem together, by name and in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import force_setattr

from tuitune.errors import SpaceError, plain, quote
from tuitune.space.checks import same_value
from tuitune.space.kinds import Choice, IntRange, Parameter
from tuitune.space.numbers import Value, format_value, is_number

LONGEST_NAME = 64  # characters


class Space(msgspec.Struct, frozen=True):
    """One parameter or more by name, in the order in which they are shown and drawn.

    Raises SpaceError where there is none, or a name is not 1 to 64 printable characters without
    spaces and without `=`, `,`, `{` and `}`.
    """

    parameters: dict[str, Parameter]

    def __post_init__(self) -> None:
        if not self.parameters:
            raise SpaceError("a space has at least one parameter; write lr=1e-6..1e-2 log")
        for name in self.parameters:
            check_name(name)
        force_setattr(self, "parameters", dict(self.parameters))

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

    def replace(self, name: str, parameter: Parameter) -> Space:
        """Return this space with another parameter under a name that it has."""
        if name not in self.parameters:
            raise self._unknown(name)
        return Space({**self.parameters, name: parameter})

    def contains(self, params: Mapping[str, Value]) -> bool:
        """Say whether each parameter has a value in its range; other names don't matter."""
        return all(n in params and p.contains(params[n]) for n, p in self.parameters.items())

    def to_unit(self, params: Mapping[str, Value], *, clipped: bool = True) -> dict[str, float]:
        """Return the unit of each parameter's value, in order; SpaceError where one is missing."""
        for name in self.parameters:
            if name not in params:
                raise self._missing(name)
        return {
            name: parameter.to_unit(params[name], clipped=clipped)
            for name, parameter in self.parameters.items()
        }

    def from_unit(self, units: Mapping[str, float] | Sequence[float]) -> dict[str, Value]:
        """Return the point at `units`: a number from 0 to 1 for each name, or in their order.

        A mapping may leave out frozen parameters; a sequence has one unit for every name.
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
        return values

    def validate_params(self, params: Mapping[str, Value]) -> None:
        """Raise SpaceError where a name is unknown or missing, or a value has the wrong type.

        A value outside its range is no error here: trials keep the values they were drawn with.
        """
        for name in params:
            if name not in self.parameters:
                raise self._unknown(name)
        for name, parameter in self.parameters.items():
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

    def _unknown(self, name: str) -> SpaceError:
        shown = ", ".join(self.names[:8]) + (", ..." if len(self.names) > 8 else "")
        return SpaceError(
            f"the parameters are {shown}, {quote(str(name))} is none of them; use {self.names[0]}"
        )

    def _missing(self, name: str) -> SpaceError:
        value = format_value(self.parameters[name].from_unit(0.5), 3)
        return SpaceError(f"{name} has no value; write {name}={value}")


def check_name(name: str) -> None:
    """Raise SpaceError unless `name` can name a parameter."""
    bad = not isinstance(name, str) or not 1 <= len(name) <= LONGEST_NAME
    if bad or plain(name) != name or any(c in "=,{}" or c.isspace() for c in name):
        raise SpaceError(
            f"a name is 1 to {LONGEST_NAME} printable characters without spaces, =, comma and "
            f"braces, unlike {quote(str(name))}; write lr=1e-6..1e-2 log"
        )

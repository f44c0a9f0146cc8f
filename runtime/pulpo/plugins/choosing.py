"""Settings name what plugins offer and give it settings of its own: both are checked here, the key in the error."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pulpo.contracts.planners import Planner, PlannerFactory
from pulpo.contracts.tools import Tool
from pulpo.errors import PulpoError, SettingsError

T = TypeVar("T")


def chosen(offered: Mapping[str, T], name: str, *, key: str) -> T:
    """Return what is offered under ``name``; raises `SettingsError` with the names there are."""
    if name in offered:
        return offered[name]
    known = ", ".join(sorted(offered)) or "none is installed"
    raise SettingsError(f"there is no {name!r}; known are: {known}", source="settings", key=key)


def validated(
    model: type[BaseModel] | None, values: Mapping[str, Any], *, key: str, source: str = "settings"
) -> BaseModel | None:
    """Return ``values`` as ``model`` has them (None: it has no settings); raises `SettingsError` for the first that
    does not fit."""
    if model is None:
        if values:
            raise SettingsError("this one has no settings: leave the table empty", source=source, key=key)
        return None
    try:
        return model(**values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join([key, *map(str, first["loc"])])
        raise SettingsError(first["msg"].removeprefix("Value error, "), source=source, key=where) from error


def built_by(factory: PlannerFactory, config: BaseModel | None, tools: Sequence[Tool], *, key: str) -> Planner:
    """Return a planner; raises `SettingsError` for one that cannot be built, or not be asked step by step."""
    try:
        planner = factory.build(config, tools)
        if inspect.iscoroutinefunction(planner.next_step):
            raise TypeError("its next_step returns its steps: it must yield them")
    except PulpoError:
        raise
    except (Exception, SystemExit) as error:
        said = f"planner {factory.name!r} cannot be built: {type(error).__name__}: {error}"
        raise SettingsError(said, source="settings", key=key) from error
    return planner

"""A plugin's section of the configuration, ``[plugins.<name>]``, validated by the plugin's own model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pulpo.errors import PluginLoadError

if TYPE_CHECKING:
    from pydantic import BaseModel


def validated(model: type[BaseModel] | None, section: Mapping[str, Any], *, plugin: str) -> BaseModel | None:
    """Return the settings of ``plugin``; None when it takes none.

    Raises `PluginLoadError` that names every bad key as it stands in the configuration. It never shows a value:
    one may be a password.
    """
    from pydantic import ValidationError

    if model is None:
        _refuse_keys(section, plugin=plugin)
        return None
    try:
        return model.model_validate(dict(section))
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        problems = "; ".join(_problem(detail["loc"], detail["type"], detail["msg"], model) for detail in details)
        raise PluginLoadError(f"[plugins.{plugin}] {problems}", plugin=plugin) from None


def _refuse_keys(section: Mapping[str, Any], *, plugin: str) -> None:
    if section:
        keys = ", ".join(sorted(section))
        raise PluginLoadError(
            f"[plugins.{plugin}] {keys}: this plugin takes no settings; remove the section", plugin=plugin
        )


def _problem(location: tuple[int | str, ...], kind: str, message: str, model: type[BaseModel]) -> str:
    key = ".".join(map(str, location)) or "section"
    if kind == "extra_forbidden" and len(location) == 1:
        return f"{key}: unknown key; allowed are {', '.join(sorted(model.model_fields)) or 'none'}"
    return f"{key}: {message}"

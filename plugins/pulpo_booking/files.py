"""Reads businesses from JSON or TOML files; every problem names the file, the key and what is allowed."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pulpo_booking.business import Business
from pulpo_booking.errors import BusinessFileError

SAMPLES = Path(__file__).parent / "samples"

_KEY = "plugins.pulpo_booking.businesses"


def load_businesses(names: Iterable[str | Path]) -> dict[str, Business]:
    """Return the businesses of all files by workspace.

    A name without a suffix is one of the shipped samples (``demo``, ``marea``, ``arce``). Raises `BusinessFileError`
    for a file that cannot be read or does not describe a business, and for a workspace described twice.
    """
    found: dict[str, Business] = {}
    for name in names:
        path = _path(name)
        for business in read_businesses(path):
            if business.workspace in found:
                raise BusinessFileError(
                    f"workspace {business.workspace!r} is described twice; give one of the businesses another",
                    source=str(path),
                    key=_KEY,
                )
            found[business.workspace] = business
    return found


def read_businesses(path: Path) -> list[Business]:
    """Return the one business of a file, or those of its ``businesses`` list (with ``rules`` as remarks)."""
    raw = _parse(path)
    if isinstance(raw, dict) and "businesses" in raw and raw.keys() <= {"businesses", "rules"}:
        return [_business(each, path, f"businesses[{position}].") for position, each in enumerate(raw["businesses"])]
    return [_business(raw, path, "")]


def _path(name: str | Path) -> Path:
    path = Path(name)
    return path if path.suffix else SAMPLES / f"{path.name}.json"


def _parse(path: Path) -> Any:
    try:
        if path.suffix == ".toml":
            return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        samples = ", ".join(sorted(sample.stem for sample in SAMPLES.glob("*.json")))
        raise BusinessFileError(
            f"cannot read it ({error.strerror}); name a .json or .toml file, or a sample: {samples}",
            source=str(path),
            key=_KEY,
        ) from None
    except ValueError as error:
        raise BusinessFileError(f"it is not {path.suffix[1:].upper()}: {error}", source=str(path), key=_KEY) from None


def _business(raw: Any, path: Path, prefix: str) -> Business:
    try:
        return Business.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = prefix + ".".join(map(str, first["loc"]))
        raise BusinessFileError(_message(first), source=str(path), key=key or "business") from None


def _message(problem: Any) -> str:
    if problem["type"] == "extra_forbidden":
        return "there is no such key; check its spelling"
    return str(problem["msg"]).removeprefix("Value error, ")

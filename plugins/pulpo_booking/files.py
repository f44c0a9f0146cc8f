"""Reads businesses from JSON or TOML files; every problem names the file, the key and what is allowed."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from pulpo_booking.business import Business
from pulpo_booking.checking import checked
from pulpo_booking.errors import BusinessFileError, UnfitBusinessError, dotted

SAMPLES = Path(__file__).parent / "samples"

_KEY = "plugins.pulpo_booking.businesses"


def load_businesses(names: Iterable[str | Path], *, key: str = _KEY) -> dict[str, Business]:
    """Return the businesses of all files by workspace.

    A name without a suffix is one of the shipped samples (``demo``, ``marea``, ``arce``); ``key`` is the setting that
    names the files. Raises `BusinessFileError`
    for a file that cannot be read or does not describe a business, and for a workspace described twice.
    """
    found: dict[str, Business] = {}
    for name in names:
        path = _path(name)
        for business in read_businesses(path, key=key):
            if business.workspace in found:
                raise BusinessFileError(
                    f"workspace {business.workspace!r} is described twice; give one of the businesses another",
                    source=str(path),
                    key=key,
                )
            found[business.workspace] = business
    return found


def read_businesses(path: Path, *, key: str = _KEY) -> list[Business]:
    """Return the one business of a file, or those of its ``businesses`` list (with ``rules`` as remarks)."""
    raw = _parse(path, key)
    if isinstance(raw, dict) and "businesses" in raw and raw.keys() <= {"businesses", "rules"}:
        return [_business(each, path, f"businesses[{position}].") for position, each in enumerate(raw["businesses"])]
    return [_business(raw, path, "")]


def _path(name: str | Path) -> Path:
    path = Path(name)
    return path if path.suffix else SAMPLES / f"{path.name}.json"


def _parse(path: Path, key: str) -> Any:
    try:
        if path.suffix == ".toml":
            return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        samples = ", ".join(sorted(sample.stem for sample in SAMPLES.glob("*.json")))
        raise BusinessFileError(
            f"cannot read it ({error.strerror}); name a .json or .toml file, or a sample: {samples}",
            source=str(path),
            key=key,
        ) from None
    except ValueError as error:
        raise BusinessFileError(f"it is not {path.suffix[1:].upper()}: {error}", source=str(path), key=key) from None


def _business(raw: Any, path: Path, prefix: str) -> Business:
    try:
        return checked(raw)
    except UnfitBusinessError as error:
        (place, message), *others = error.problems
        more = "".join(f"; {prefix}{dotted(where) or 'business'}: {said}" for where, said in others)
        raise BusinessFileError(message + more, source=str(path), key=prefix + dotted(place) or "business") from None

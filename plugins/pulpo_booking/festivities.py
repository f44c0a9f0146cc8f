"""Public holidays of a region, as the library `holidays` knows them."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from importlib.util import find_spec, module_from_spec
from typing import Final

from pulpo_booking.business import Name

_log = logging.getLogger(__name__)

_COUNTRIES: Final = "holidays.countries"


@lru_cache(maxsize=64)
def public_holidays(region: str, year: int) -> Mapping[date, Name]:
    """Return a year's holidays with their Spanish and English names, where the library knows them.

    Of a part of a country that the library does not know, the national ones (an error is logged, once).
    """
    # Imported here: businesses without a region never need it.
    from holidays import country_holidays

    country, _, subdivision = region.partition("-")
    try:
        with _without_the_other_countries():
            known = country_holidays(country, subdiv=subdivision or None).supported_languages
    except NotImplementedError:
        _log.error("region %r is not known to the holidays library; write its days in holidays.add", region)
        return public_holidays(country, year) if subdivision else {}
    found: dict[date, dict[str, str]] = {}
    for language, wanted in (("es", ("es",)), ("en", ("en_GB", "en_US"))):
        chosen = next((each for each in wanted if each in known), None)
        listed = country_holidays(country, subdiv=subdivision or None, years=year, language=chosen)
        for day, name in listed.items():
            found.setdefault(day, {})[language] = name
    return dict(found)


@contextmanager
def _without_the_other_countries() -> Iterator[None]:
    """Let the library load one country: its package loads all 250, which takes longer than the rest of the plugin.

    Meanwhile the package is there but was not run, so that its modules are found. Afterwards it is gone again, and
    whoever else imports it gets the whole.
    """
    spec = find_spec(_COUNTRIES)
    if spec is None or _COUNTRIES in sys.modules:
        yield
        return
    sys.modules[_COUNTRIES] = module_from_spec(spec)
    try:
        yield
    finally:
        sys.modules.pop(_COUNTRIES, None)

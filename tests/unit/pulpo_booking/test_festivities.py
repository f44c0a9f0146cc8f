"""Public holidays, and what it takes to know them; whose they are is told in `test_opening`."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from pulpo_booking.festivities import public_holidays

assert len(public_holidays("ES-MD", 2026)) > 10 and len(public_holidays("AS", 2026)) > 5
print(sorted(name for name in sys.modules if name.startswith("holidays.countries")))
from holidays.countries import DE, Spain

print(len(Spain(years=2026)) > 5, len(DE(years=2026)) > 5)
"""


def test_only_the_country_that_is_asked_for_is_loaded_and_the_others_still_can_be() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=120)
    loaded, others = done.stdout.splitlines()
    # American Samoa has the holidays of the United States.
    asked = ("american_samoa", "spain", "united_states")
    assert loaded == str([f"holidays.countries.{name}" for name in asked])
    assert others == "True True"

"""The public door, and that opening it costs no grammar."""

import subprocess
import sys

import pulpo_booking.when as door


def test_the_door_shows_these_names() -> None:
    assert door.__all__ == ["Period", "When", "resolve", "warm_up"]


def test_import_compiles_no_grammar_and_warm_up_compiles_all() -> None:
    code = (
        "import sys, pulpo_booking.when as w; tables = {'dates_es', 'dates_en', 'times_es', 'masks_en'}; "
        "loaded = lambda: {m.rpartition('.')[2] for m in sys.modules} & tables; "
        "assert not loaded(), loaded(); w.warm_up(); assert loaded() == tables"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr

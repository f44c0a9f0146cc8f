"""``python tests/support/second_look.py coverage run -m pytest …``: run it, and look again at what failed, alone.

Tests with real servers, browsers and kills share two processors with one another, and a crowded machine can starve
one of them. What failed runs once more in a process of its own, beside nothing, as CPython's own suite does
(``python -m test --rerun``): a defect fails twice. A test that passes only then is a defect too, though not one that
should keep a change back: it is named when it happens and in the file that ``SECOND_LOOKS`` names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

TESTS_FAILED = 1
"""pytest's exit code when all ran and some failed; with any other one there is nothing to look at again."""
AGAIN = ("-n0", "--last-failed", "--last-failed-no-failures=none", "--maxfail=1", "-rp")


def main(command: Sequence[str]) -> int:
    """Run ``command`` and return its exit code, or that of the second look."""
    code = subprocess.run(command, check=False).returncode
    if code != TESTS_FAILED:
        return code
    failed = _failed()
    print(f"second look, alone, at what failed: {', '.join(failed)}", flush=True)
    code = subprocess.run([*command, *AGAIN], check=False).returncode
    if code == 0:
        still = _failed()  # of other rooms, which were not looked at
        told = "".join(f"passed on the second look only: {each}\n" for each in failed if each not in still)
        print(told, flush=True)
        _note(told)
    return code


def _failed() -> list[str]:
    """What pytest remembers to have failed, this run's and, of other rooms, earlier ones'."""
    path = Path(os.environ.get("TOX_ENV_DIR", ""), ".pytest_cache/v/cache/lastfailed")
    return list(json.loads(path.read_text("utf-8"))) if path.exists() else []


def _note(told: str) -> None:
    if to := os.environ.get("SECOND_LOOKS"):
        with Path(to).open("a", encoding="utf-8") as file:
            file.write(told)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

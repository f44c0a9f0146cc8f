from __future__ import annotations

import msgspec
import pytest

import pulpo
from pulpo.errors import PluginLoadError
from pulpo.plugins.reasons import LONGEST, explained


class SilentError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("no\n  good"), "import failed: ValueError: no good"),
        (SystemExit(3), "import failed: it called sys.exit(3); a plugin must not end the program"),
        (PluginLoadError("hook x is async", plugin="p"), "hook x is async"),
        (SilentError(), "import failed: SilentError: (its message cannot be shown)"),
        (ValueError("\x1b[31mred \ud800"), "import failed: ValueError: \\x1b[31mred \\ud800"),
        (ValueError("mañana"), "import failed: ValueError: mañana"),
    ],
)
def test_a_reason_is_one_line_that_can_be_printed_and_encoded(error: BaseException, text: str) -> None:
    reason = explained(error, stage="import failed")
    assert reason == text
    assert msgspec.json.decode(msgspec.json.encode(reason)) == reason


def test_a_reason_says_where() -> None:
    with pytest.raises(LookupError) as caught:
        raise LookupError("gone")
    assert explained(caught.value, stage="failed").startswith("failed: LookupError: gone (at test_reasons.py:")


def test_the_place_is_the_plugin_s_and_not_where_ours_noticed() -> None:
    with pytest.raises(TypeError) as caught:
        pulpo.tool(lambda item: item)
    assert "(at test_reasons.py:" in explained(caught.value, stage="import failed")


def test_a_long_message_is_cut() -> None:
    reason = explained(ValueError("x" * 9000), stage="failed")
    assert len(reason) == LONGEST
    assert reason.endswith("…")

"""What is made of a server's memory."""

from __future__ import annotations

import pytest

from load.idle import slope


def test_the_slope_is_in_kib_a_conversation() -> None:
    held, resident = [1000, 2000, 3000], [100_000_000, 100_000_000 + 1_536_000, 100_000_000 + 3_072_000]
    assert slope(held, resident) == pytest.approx(1.5)


def test_a_server_that_gives_memory_back_has_none() -> None:
    assert slope([0, 1000, 2000], [120_000_000, 119_000_000, 118_000_000]) < 0

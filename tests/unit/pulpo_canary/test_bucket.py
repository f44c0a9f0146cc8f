from __future__ import annotations

import json
import math
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo_canary.bucket import FLAG, bucket, drawn, position

VECTORS = json.loads((files("pulpo_canary") / "vectors.json").read_text("utf-8"))["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{it['seed']}|{it['unit'][:8]}" for it in VECTORS])
def test_published_vectors(vector: dict[str, str]) -> None:
    salt = FLAG + vector["seed"]
    assert f"{position(salt, vector['unit']):016x}" == vector["digest"]
    assert bucket(salt, vector["unit"]) == pytest.approx(float(vector["bucket"]), abs=1e-12)


@given(st.text(), st.text(), st.floats(0, 1))
def test_the_draw_compares_the_position(seed: str, unit: str, share: float) -> None:
    assert drawn(share, seed)(unit) == (position(FLAG + seed, unit) < int(share * 2**64))


@given(st.text())
def test_nobody_is_in_at_nothing_and_everybody_at_all(unit: str) -> None:
    assert not drawn(0.0, "")(unit)
    assert drawn(1.0, "")(unit)


@pytest.mark.parametrize("ids", ["user-{}", "+549110000{:06d}", "{:024x}"], ids=["names", "phones", "hex"])
def test_the_split_is_even(ids: str) -> None:
    """|z| <= 3.3 on 100,000 ids of each kind, at every share that rollouts step through; the ids are fixed."""
    for share in (0.01, 0.05, 0.1, 0.5):
        inside = drawn(share, "")
        count = sum(inside(ids.format(number)) for number in range(100_000))
        z = (count - 100_000 * share) / math.sqrt(100_000 * share * (1 - share))
        assert abs(z) <= 3.3, share


def test_nobody_is_lost_while_the_share_grows_in_steps_of_a_tenth_of_a_percent() -> None:
    users = [f"user-{number}" for number in range(500)]
    within: set[str] = set()
    for step in range(1001):
        inside = drawn(step / 1000, "")
        now = {user for user in users if inside(user)}
        assert within <= now
        within = now
    assert len(within) == 500


def test_another_seed_shuffles_independently() -> None:
    one, other = drawn(0.5, "a"), drawn(0.5, "b")
    both = sum(one(unit) and other(unit) for unit in map(str, range(10_000)))
    assert 2300 < both < 2700

"""Where a unit falls between 0 and 1: sticky, even, and the same in every language and on every machine.

`vectors.json` beside this module has what every other implementation must reproduce.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

FLAG = "pulpo.canary"
"""The flag's key: part of the salt, so that other flags split users independently."""

_WHOLE = 1 << 64


def position(salt: str, unit: str) -> int:
    """Return the place of ``unit`` among 2^64: blake2b of 64 bits, big-endian, over ``salt``, the byte 1f, ``unit``."""
    return int.from_bytes(blake2b(f"{salt}\x1f{unit}".encode(), digest_size=8).digest(), "big")


def bucket(salt: str, unit: str) -> float:
    """Return `position` as a fraction in [0, 1], for people: the decision compares whole numbers."""
    return position(salt, unit) / _WHOLE


def drawn(share: float, seed: str) -> Callable[[str], bool]:
    """Return the draw: whether a unit's `position` lies below ``share`` (0 to 1) of 2^64, under the salt `FLAG` + seed.

    Growing the share keeps everybody who was in (monotone), and another seed shuffles independently.
    """
    limit, begun = int(share * _WHOLE), blake2b(f"{FLAG}{seed}\x1f".encode(), digest_size=8)

    def inside(unit: str) -> bool:
        digest = begun.copy()
        digest.update(unit.encode())
        return int.from_bytes(digest.digest(), "big") < limit

    return inside

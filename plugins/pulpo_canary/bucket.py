"""Where a unit falls between 0 and 1: sticky, even, and the same in every language and on every machine."""

from __future__ import annotations

from hashlib import blake2b

_WHOLE = float(1 << 64)


def bucket(salt: str, unit: str) -> float:
    """Return a fraction in [0, 1) for ``unit``: blake2b of 64 bits over ``salt``, the byte 1f, and ``unit``.

    Growing the share keeps everybody who was in (monotone), and another salt shuffles independently.
    """
    digest = blake2b(f"{salt}\x1f{unit}".encode(), digest_size=8).digest()
    # The division may round the last 2^10 values up to 1.0, which a share of 1 must still include.
    return min(int.from_bytes(digest, "big") / _WHOLE, 1.0 - 2**-53)

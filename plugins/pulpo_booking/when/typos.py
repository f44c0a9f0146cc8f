"""Spelling mistakes in weekday and month names, by edit distance.

Short names have many ordinary words one letter away ("marzo"/"marco", "abril"/"abrir"), so the shorter the
name, the stricter: a swap of neighbours, a doubled or a dropped letter only; a wrong letter from six letters on;
two mistakes from eight on. The first letter has to be right, up to a swap with the second. What is written as it
sounds is no mistake of the fingers, and may differ by more letters: see `sound`.
"""

import re
from collections.abc import Mapping, Set

_ALIKE = str.maketrans("vzy", "bsi")
_SILENT = re.compile(r"(?<!c)h")
_SOFT = re.compile(r"c(?=[ei])")
_HARD = re.compile(r"qu(?=[ei])|[ck](?!h)")


def sound(word: str) -> str:
    """How a Spanish word sounds: "avril" as "abril", "savado" as "sabado", "disiembre" as "diciembre"."""
    return _HARD.sub("k", _SOFT.sub("s", _SILENT.sub("", word))).translate(_ALIKE)


def distance(a: str, b: str, limit: int) -> int:
    """Edits (insert, delete, replace, swap of neighbours) from `a` to `b`; `limit` + 1 when there are more."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        last, row = row, [i] + [0] * len(b)
        for j, y in enumerate(b, start=1):
            row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], before[j - 2] + 1)
        if min(row) > limit:
            return limit + 1
        before = last
    return min(row[-1], limit + 1)


def _is_slip(word: str, name: str) -> bool:
    """A swap of two neighbours, a doubled letter or one letter left out; never a different letter."""
    if len(word) == len(name):
        return sorted(word) == sorted(name) and distance(word, name, 1) == 1
    if len(word) == len(name) + 1:
        return any(word[i] == word[i - 1] and word[:i] + word[i + 1 :] == name for i in range(1, len(word)))
    return len(word) == len(name) - 1 and len(word) >= 5 and distance(word, name, 1) == 1


def _matches(word: str, name: str) -> bool:
    if word[0] != name[0] and word[:2] != name[1::-1]:
        return False
    if len(name) <= 5:
        return _is_slip(word, name)
    return distance(word, name, 2 if len(name) >= 8 else 1) <= (2 if len(name) >= 8 else 1)


def correct(
    word: str, targets: Mapping[str, str], never: Set[str], sounds: Mapping[str, str] | None = None
) -> str | None:
    """The symbol of the one name that `word` misspells, or None; `sounds` are the names by their sound."""
    if len(word) < 5 or len(word) > 13 or word in never:
        return None
    if sounds and (heard := sounds.get(sound(word))):
        return heard
    found = {symbol for name, symbol in targets.items() if _matches(word, name)}
    return found.pop() if len(found) == 1 else None

"""Marked text: the sentence with every part as one letter, on which talk patterns work."""

import re

from pulpo_booking.when.grammar import FILL, letter
from pulpo_booking.when.values import Found, Part

GONE = "~"


class Marked:
    """Text with letters and, for each letter's position, its part. Dropping and joining keep both in step."""

    def __init__(self, text: str, found: list[Found]) -> None:
        starts = {f.start: f for f in found}
        pieces: list[str] = []
        self.at: dict[int, Found] = {}
        for index, char in enumerate(text):
            if char == FILL:
                continue
            if index in starts:
                self.at[len(pieces)] = starts[index]
            pieces.append(char)
        self.text = "".join(pieces)

    def kept(self, start: int = 0, end: int | None = None) -> list[Found]:
        """The parts between two positions, in order."""
        last = len(self.text) if end is None else end
        return [self.at[i] for i in sorted(self.at) if start <= i < last]

    def drop(self, start: int, end: int, letters: str = "DTPRH") -> None:
        """Take the parts between two positions out, of these letters only."""
        for index in [i for i in self.at if start <= i < end and self.text[i] in letters]:
            self.at.pop(index).dropped = True
            self.text = self.text[:index] + GONE + self.text[index + 1 :]

    def join(self, start: int, end: int, part: Part) -> None:
        """Replace a stretch that holds at least one part by a single part."""
        inside = self.kept(start, end)
        whole = Found(inside[0].start, inside[-1].end, part)
        shift = end - start - 1
        moved = {i if i < start else i - shift: f for i, f in self.at.items() if not start <= i < end}
        self.text = self.text[:start] + letter(part) + self.text[end:]
        self.at = moved | {start: whole}

    def found(self, match: re.Match[str], *names: str) -> tuple[int, Found] | None:
        """Position and part of the first of these groups that took part and holds a part."""
        for name in names:
            if name in match.re.groupindex and match[name] and match.start(name) in self.at:
                return match.start(name), self.at[match.start(name)]
        return None

"""Reads every argument of every tool from a text; what one reading used no other one sees."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import pulpo
from pulpo_rules import lexicon
from pulpo_rules.acts import ANY_TIME, read_acts
from pulpo_rules.choices import Picked, phrases_of, pick, same
from pulpo_rules.entities import Entity, emails, phones
from pulpo_rules.fields import Field, Form
from pulpo_rules.flags import read_flag
from pulpo_rules.mentions import Json, Key, Mention, Mentions, Scene
from pulpo_rules.numbers import Number, numbers
from pulpo_rules.people import addressed_names, bare_name, introduced_names, standing_names
from pulpo_rules.places import Place, answered_place, places
from pulpo_rules.text import Span, Token, blank, content, fold, overlaps, spelt_out, stem, tokens, words

_ISO: Final = {
    "date": re.compile(r"\b\d{4}-\d\d-\d\d\b"),
    "time": re.compile(r"\b(?:[01]?\d|2[0-3]):[0-5]\d\b"),
    "datetime": re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?"),
}
_PEOPLE: Final = frozenset(map(stem, lexicon.PEOPLE))
_FOR: Final = re.compile(r"\b(?:for|para|just|only|of|somos|de)\s+$")
_TAKES: Final = {True: lexicon.STREET_PLACES, False: lexicon.TOWNS}
_ENOUGH: Final = 2
"""Values of a tool by which a name beside them is its own."""
_NUMBER_ONLY: Final = re.compile(
    r"(?:(?:ok|okay|vale|dale|bueno|pues|entonces|well|no|mejor|maybe|perhaps)[ ,]+)*"
    rf"(?P<said>(?:(?:tipo|around|about|como) )?(?:\d{{1,2}}|{'|'.join(lexicon.NUMBERS)})"
    r"(?: y (?:media|cuarto|\d\d))?(?: [ap]m)?(?: de la (?:manana|tarde|noche))?)"
    r"(?:,? (?:porfa|por favor|please|entonces|then|esta bien|is fine|works))*"
)
_NEAR: Final = 12
"""Characters before a weekday in which another word may tell which one."""
_DIGITS: Final = re.compile(r"\+?\d[\d\s().-]{4,18}\d")


def read(text: str, forms: Mapping[str, Form], scene: Scene) -> Mentions:
    """Find every value in ``text``. Pure apart from the readers, which are pure as well."""
    reading = _Pass(text, [field for form in forms.values() for field in form.fields], scene)
    for step in (
        reading.addresses,
        reading.names,
        reading.streets,
        reading.readers,
        reading.isodates,
        reading.standing,
        reading.choices,
        # Again, for what is listed counts as well among the values that a name stands beside.
        reading.standing,
        reading.places,
        reading.numbers,
        reading.answers,
    ):
        step()
    return Mentions(found=reading.found, spans=tuple(reading.used), shift=reading.shift)


class _Pass:
    """One walk over one text; later steps see what earlier ones left."""

    def __init__(self, text: str, fields: Sequence[Field], scene: Scene) -> None:
        self.text = text
        self.fields = fields
        self.scene = scene
        self.used: list[Span] = []
        self.found: dict[Key, Mention] = {}
        self.shift = 0

    @property
    def left(self) -> str:
        return blank(self.text, self.used)

    def asked(self, each: Field) -> bool:
        return each.name == self.scene.asked and each.tool == self.scene.goal

    def of_kind(self, *kinds: str) -> list[Field]:
        return [each for each in self.fields if each.kind in kinds]

    def put(self, each: Field, mention: Mention) -> None:
        self.found.setdefault((each.tool, each.name), mention)

    def addresses(self) -> None:
        # An e-mail address that no tool takes is still no name.
        self._take(self.of_kind("email"), emails(self.left))
        fields = self.of_kind("phone")
        if fields:
            self._take(fields, phones(self.left) or _spoken(self.left) or self._short_phone(fields))

    def _short_phone(self, fields: Iterable[Field]) -> list[Entity]:
        if not any(each.kind == "phone" and self.asked(each) for each in fields):
            return []
        match = _DIGITS.search(self.left)
        return [Entity(" ".join(match[0].split()), match.span())] if match else []

    def names(self) -> None:
        """Read names that are introduced, or are the answer to the question for one."""
        fields = self.of_kind("person")
        if any(self.asked(each) for each in fields):
            self._take(fields, self._answered_name())
        elif fields:
            self._take(fields, introduced_names(self.left))

    def _answered_name(self) -> list[Entity]:
        """Nearly anything of a few words is a name when one was asked for, but no act and nothing else that is read."""
        if pulpo.read_consent(self.text) is not None or read_acts(self.text).whole is not None:
            return []
        answer = bare_name(self.left, known=self.scene.known)
        return [answer] if answer and not self._is_something_else(answer) else []

    def _is_something_else(self, answer: Entity) -> bool:
        said = tokens(self.text[slice(*answer.span)])
        if sum(self.text[answer.span[0] + token.start].isupper() for token in said) > 1:
            return False
        if all(self._is_listed(token, optional=False) for token in said):
            return True
        return answer.span[0] > 0 and any(
            reading is not None
            and any(start <= answer.span[0] and answer.span[1] <= end for start, end in reading.spans)
            for reading in (self._reading(self.left, reader) for reader in self._readers())
        )

    def standing(self) -> None:
        """Read a name that nobody introduces, where one is missing or other values of such a tool are given."""
        fields = [each for each in self.of_kind("person") if (each.tool, each.name) not in self.found]
        if fields:
            near = [span for each in self.of_kind("phone") for span in self._spans_of(each)]
            self._take(
                fields,
                standing_names(
                    self.left,
                    phones=near,
                    known=self.scene.known,
                    taken=lambda token, optional: self._is_listed(token, optional=optional),
                    wanted=any(self._is_wanted(each) for each in fields),
                ),
            )

    def _spans_of(self, each: Field) -> tuple[Span, ...]:
        mention = self.found.get((each.tool, each.name))
        return mention.spans if mention else ()

    def _is_wanted(self, each: Field) -> bool:
        if each.tool == self.scene.goal:
            return each.name not in self.scene.filled
        return sum(tool == each.tool for tool, _ in self.found) >= _ENOUGH

    def _is_listed(self, token: Token, *, optional: bool) -> bool:
        """Whether a word names a value that a tool needs, or with ``optional`` one that it may be given."""
        for each in self.of_kind("choice"):
            if each.required or optional:
                for choice in self.scene.choices.get((each.tool, each.name), each.choices):
                    if any(
                        same(word, token.word, self.scene.known) for phrase in phrases_of(choice) for word in phrase
                    ):
                        return True
        return False

    def _addressees(self) -> None:
        """A name after "para", "for", "a" or "to", for tools that have no other use for such words; a tool that needs
        nothing but a name takes any."""
        needed: dict[str, list[str]] = {}
        for each in self.fields:
            if each.required:
                needed.setdefault(each.tool, []).append(each.kind)
        for each in self.of_kind("person"):
            kinds = needed.get(each.tool, [])
            if "text" not in kinds and (each.tool, each.name) not in self.found:
                anywhere = kinds == ["person"]
                # Whoever is listed for another tool may be addressed all the same.
                left = self._left_but_for_lists() if anywhere else self.left
                self._take([each], addressed_names(left, known=self.scene.known, anywhere=anywhere))

    def _left_but_for_lists(self) -> str:
        listed = {span for each in self.of_kind("choice") for span in self._spans_of(each)}
        return blank(self.text, [span for span in self.used if span not in listed])

    def _take(self, fields: Sequence[Field], entities: Sequence[Entity]) -> None:
        self.used.extend(entity.span for entity in entities)
        for each in fields:
            if entities:
                last = entities[-1]
                self.put(each, Mention(value=last.value, spans=(last.span,)))

    def readers(self) -> None:
        groups: dict[int, list[Field]] = {}
        for each in self.of_kind("reader"):
            groups.setdefault(id(each.reader), []).append(each)
        left = self.left
        for fields in groups.values():
            reading = self._reading(left, fields[0].reader)
            if reading is not None and reading.spans:
                reading = self._without_listed(left, reading, fields[0].reader)
            if reading is not None and not reading.values:
                reading = self._elliptic(left, fields) or reading
            if reading is not None:
                self._put_all(fields, reading)

    def _put_all(self, fields: Sequence[Field], reading: pulpo.Reading) -> None:
        for each in self._one_per_part(fields):
            value = self._within(reading, each.part)
            if value is not None:
                self.put(each, _mention(reading, each.part, value))
        shift = reading.values.get("shift")
        self.shift = self.shift or (shift if isinstance(shift, int) else 0)
        self.used.extend(reading.spans)

    def _within(self, reading: pulpo.Reading, part: str) -> Json:
        """A weekday is one of the days talked about before ("next week", "then on Wednesday"), and "the next Monday" is
        the one after the Monday talked about."""
        value, days = reading.values.get(part), self.scene.window
        if part != "date" or not isinstance(value, str) or len(value) != 10:
            return value
        said = {word for start, end in reading.spans for word in words(self.text[max(0, start - _NEAR) : end])}
        if not said & lexicon.WEEKDAYS:
            return value
        day = date.fromisoformat(value)
        if day == self.scene.day and said & lexicon.FOLLOWING:
            return (day + timedelta(weeks=1)).isoformat()
        if days is None:
            return value
        day += timedelta(weeks=max(0, -((day - days[0]).days // 7)))
        return day.isoformat() if days[0] <= day <= days[1] else value

    def _without_listed(self, left: str, reading: pulpo.Reading, reader: pulpo.Reader | None) -> pulpo.Reading | None:
        """Read again without what is, word for word, the name of something listed, whatever else it resembles."""
        listed = frozenset(
            phrase
            for each in self.of_kind("choice")
            for choice in self.scene.choices.get((each.tool, each.name), each.choices)
            for phrase in phrases_of(choice)
        )
        named = [span for span in reading.spans if tuple(token.word for token in content(left[slice(*span)])) in listed]
        return self._reading(blank(left, named), reader) if named else reading

    def _elliptic(self, left: str, fields: Sequence[Field]) -> pulpo.Reading | None:
        """Read an answer that is no more than a number with the small word its question stood for ("¿a qué hora?")."""
        asked = next((each for each in fields if self.asked(each)), None)
        # Whoever is shown hours and asked for none by name is asked for one of them all the same.
        asked = asked or next((each for each in fields if each.name in self.scene.offered), None)
        bare = left.strip(" .,!")
        number = _NUMBER_ONLY.fullmatch(fold(bare))
        if asked is None or number is None:
            return None
        for lead in lexicon.LEADS:
            reading = self._reading(lead.format(bare[slice(*number.span("said"))]), asked.reader)
            if reading is not None and asked.part in reading.values:
                return replace(reading, spans=((0, len(left)),))
        return None

    def _readers(self) -> Iterable[pulpo.Reader]:
        return {id(each.reader): each.reader for each in self.fields if each.reader is not None}.values()

    def _reading(self, text: str, reader: pulpo.Reader | None) -> pulpo.Reading | None:
        scene = self.scene
        if reader is None:
            return None
        context = pulpo.ReadContext(now=scene.now, tz=scene.tz, locale=scene.locale, asked=scene.asked)
        return reader.read(text, context)

    def _one_per_part(self, fields: Sequence[Field]) -> list[Field]:
        """Where arguments of one tool take the same part, the one asked for takes it, else the first still empty."""
        chosen: dict[tuple[str, str], Field] = {}
        for each in sorted(fields, key=lambda each: (not self.asked(each), each.name in self.scene.filled)):
            chosen.setdefault((each.tool, each.part), each)
        return list(chosen.values())

    def isodates(self) -> None:
        left = self.left
        for each in self.of_kind("date", "time", "datetime"):
            match = _ISO[each.kind].search(left)
            if match:
                self.put(each, Mention(value=match[0], spans=(match.span(),)))
                self.used.append(match.span())

    def choices(self) -> None:
        left = blank(self.left, [match.span() for match in ANY_TIME.finditer(fold(self.text))])
        order = sorted(self.of_kind("choice"), key=lambda each: (not self.asked(each), each.name in self.scene.filled))
        shared: dict[tuple[str, int | str], list[Picked]] = {}
        once: dict[int | str, list[Picked]] = {}
        used: list[Span] = []
        for each in order:
            # Fields of one tool with the same list share what was picked from it; closed types are lists of their own.
            source: int | str = each.source if each.source >= 0 else f"{each.tool}.{each.name}"
            key = (each.tool, source)
            if key not in shared:
                if source not in once:
                    listed = self.scene.choices.get((each.tool, each.name), each.choices)
                    once[source] = _chosen(left, pick(left, listed, known=self.scene.known))
                shared[key] = once[source]
            picks = shared[key]
            if picks:
                only = sum(other.source == each.source and other.tool == each.tool for other in order) == 1
                mention, shared[key] = _choose(each, picks, only=only or each.source < 0)
                self.put(each, mention)
                used.extend(mention.spans)
        self.used.extend(used)

    def numbers(self) -> None:
        found = [each for each in numbers(self.text) if not overlaps(each.span, self.used)]
        for each in sorted(self.of_kind("integer", "decimal"), key=lambda each: not self.asked(each)):
            number = self._number(each, found)
            value = _as_value(each, number) if number else None
            if number and value is not None:
                self.put(each, Mention(value=value, spans=(number.span,)))
                self.used.append(number.span)

    def streets(self) -> None:
        """Read addresses, before their house numbers are taken for hours."""
        self._put_places(street=True)

    def places(self) -> None:
        """Read the names of places, after everything that is listed."""
        self._put_places(street=False)
        for each in self.of_kind("text"):
            if each.place and self.asked(each) and (each.tool, each.name) not in self.found:
                self._answered_place(each)

    def _put_places(self, *, street: bool) -> None:
        fields = [each for each in self.of_kind("text") if each.place & _TAKES[street]]
        found = [place for place in places(self.left, known=self.scene.known) if place.street == street]
        for tool in dict.fromkeys(each.tool for each in fields if found):
            own = [each for each in fields if each.tool == tool and (tool, each.name) not in self.found]
            for each, place in self._shared_out(own, found):
                self.put(each, Mention(value=place.value, spans=(place.span,)))
        if fields:
            self.used.extend(place.span for place in found)

    def _shared_out(self, fields: Sequence[Field], found: Sequence[Place]) -> Iterable[tuple[Field, Place]]:
        """Give a tool's fields their places: where one comes from, then the one asked for, then a lone one."""
        origins = [each for each in fields if _is_origin(each)]
        others = [each for each in fields if each not in origins]
        for own, here in (
            (origins, [place for place in found if place.origin]),
            (others, [place for place in found if not (place.origin and origins)]),
        ):
            asked = [each for each in own if self.asked(each)]
            if here and (asked or len(own) == 1):
                yield (asked or own)[0], here[-1]

    def _number(self, each: Field, found: Sequence[Number]) -> Number | None:
        whole = [number for number in found if each.kind == "decimal" or number.value == int(number.value)]
        cued = [
            number
            for number in whole
            if each.cues & set(number.beside) or self._beside_choice(each, number) or self._counts_people(each, number)
        ]
        if cued:
            return min(cued, key=lambda number: number.uncertain)
        certain = [number for number in whole if not number.uncertain] or whole[:1]
        if self.asked(each):
            return next(iter(certain), None)
        return certain[0] if len(certain) == 1 and self._must_be(each, certain[0]) else None

    def _counts_people(self, each: Field, number: Number) -> bool:
        """ "for two", "3 people": for the only number of a tool, when it is one of people."""
        if not (self._alone(each) and each.cues & _PEOPLE):
            return False
        after = tokens(self.text[number.span[1] :])[:1]
        ends = not after or after[0].word in lexicon.FILLERS or not self.text[number.span[1] :].lstrip()[0].isalnum()
        led = _FOR.search(fold(self.text[: number.span[0]]))
        return bool(_PEOPLE & set(number.beside[:1])) or bool(led and ends)

    def _must_be(self, each: Field, number: Number) -> bool:
        """A lone number can only be the one that a tool needs, or the one of the goal when nothing else is said."""
        if not self._alone(each) or number.uncertain:
            return False
        words_left = [
            word for word in words(blank(self.text, [*self.used, number.span])) if word not in lexicon.FILLERS
        ]
        return each.required or (each.tool == self.scene.goal and not words_left)

    def _alone(self, each: Field) -> bool:
        return sum(other.tool == each.tool and other.kind in ("integer", "decimal") for other in self.fields) == 1

    def _beside_choice(self, each: Field, number: Number) -> bool:
        """A count stands before the thing it counts ("2 margaritas"), when the tool has only one number."""
        if not self._alone(each):
            return False
        return any(
            0 <= span[0] - number.span[1] <= 2
            for (tool, name), mention in self.found.items()
            if tool == each.tool and any(other.name == name and other.listed for other in self.fields)
            for span in mention.spans
        )

    def answers(self) -> None:
        """Read what only makes sense as the answer to the question asked."""
        self._addressees()
        for each in self.fields:
            if each.kind == "bool":
                flag = read_flag(each.name, self.text, asked=self.asked(each))
                if flag:
                    self.put(each, flag)
            if not self.asked(each) or (each.tool, each.name) in self.found:
                continue
            if each.kind == "text" and self.text.strip() and pulpo.read_consent(self.text) is None:
                if each.place:
                    continue
                self.put(each, Mention(value=self.text.strip(), spans=((0, len(self.text)),)))

    def _answered_place(self, each: Field) -> None:
        if pulpo.read_consent(self.text) is not None or read_acts(self.text).whole is not None:
            return
        place = answered_place(self.left, known=self.scene.known)
        if place:
            self.put(each, Mention(value=place.value, spans=(place.span,)))
            self.used.append(place.span)


def _spoken(text: str) -> list[Entity]:
    return [Entity(each.digits, each.span) for each in pulpo.spoken_numbers(text)]


def _as_value(each: Field, number: Number) -> Json:
    """The number as the argument takes it, or None where a closed type has no such value."""
    value = int(number.value) if each.kind == "integer" else number.value
    if not each.choices:
        return value
    return next((choice.value for choice in each.choices if str(choice.value) == str(value)), None)


def _is_origin(each: Field) -> bool:
    return bool((set(words(spelt_out(each.name))) | each.place) & lexicon.ORIGINS)


def _mention(reading: pulpo.Reading, part: str, value: Json) -> Mention:
    others = tuple(other for other in reading.alternatives if other.get(part) != value)
    return Mention(
        value=value,
        spans=reading.spans,
        ambiguous=reading.ambiguous,
        alternatives=others if reading.ambiguous else (),
        said=reading.said,
    )


def _chosen(text: str, picks: Sequence[Picked]) -> list[Picked]:
    """Leave out what is refused ("not with Luis"), and, after a correction, what was said before it."""
    kept = [each for each in picks if not _refused(text, each.spans[0])]
    for position in range(len(kept) - 1, 0, -1):
        between = text[kept[position - 1].spans[-1][1] : kept[position].spans[0][0]]
        if {token.word for token in tokens(between)} & lexicon.CORRECTIONS:
            return kept[position:]
    return kept


def _refused(text: str, span: Span) -> bool:
    before = [token.word for token in tokens(re.split(r"[,.;:!?]", text[max(0, span[0] - 16) : span[0]])[-1])]
    while before and before[-1] in lexicon.STOPWORDS:
        before.pop()
    return bool(before) and before[-1] in ("no", "ni", "sin", "not", "without", "neither", "nor", "except", "menos")


def _choose(each: Field, picks: Sequence[Picked], *, only: bool) -> tuple[Mention, list[Picked]]:
    """Give a field its pick and leave the others for the next field with the same list.

    Several picks for the ``only`` field of a list are rivals: it cannot have them all.
    """
    spans = tuple(span for picked in picks for span in picked.spans)
    if each.many and any(picked.choice for picked in picks):
        return Mention(value=[picked.choice.value for picked in picks if picked.choice], spans=spans), []
    meant = {id(picked.choice): picked.choice for picked in picks if picked.choice}
    if only and len(meant) > 1:
        return Mention(rivals=tuple(meant.values()), spans=spans), []
    first = picks[0]
    if first.choice is None:
        return Mention(rivals=first.rivals, spans=first.spans), list(picks[1:])
    return Mention(value=first.choice.value, spans=first.spans), list(picks[1:])

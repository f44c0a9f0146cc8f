"""One walk over one text: what is looked for, what was found, and what is left for the next step to read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pulpo
from pulpo_rules.choices import phrases_of, same
from pulpo_rules.entities import Entity
from pulpo_rules.fields import Field
from pulpo_rules.mentions import Key, Mention, Scene
from pulpo_rules.text import Span, Token, blank


class Walk:
    """The state of one walk; later steps see what earlier ones left."""

    def __init__(self, text: str, fields: Sequence[Field], scene: Scene) -> None:
        self.text = text
        self.fields = fields
        self.scene = scene
        self.used: list[Span] = []
        self.found: dict[Key, Mention] = {}
        self.shift = 0
        self.usual = ""
        self.begun = ""

    @property
    def left(self) -> str:
        return blank(self.text, self.used)

    def asked(self, each: Field) -> bool:
        return each.name == self.scene.asked and each.tool == self.scene.goal

    def of_kind(self, *kinds: str) -> list[Field]:
        return [each for each in self.fields if each.kind in kinds]

    def put(self, each: Field, mention: Mention) -> None:
        self.found.setdefault((each.tool, each.name), mention)

    def take(self, fields: Sequence[Field], entities: Sequence[Entity]) -> None:
        self.used.extend(entity.span for entity in entities)
        for each in fields:
            if entities:
                last = entities[-1]
                self.put(each, Mention(value=last.value, spans=(last.span,)))

    def spans_of(self, each: Field) -> tuple[Span, ...]:
        mention = self.found.get((each.tool, each.name))
        return mention.spans if mention else ()

    def is_listed(self, token: Token, *, optional: bool) -> bool:
        """Whether a word names a value that a tool needs, or with ``optional`` one that it may be given."""
        for each in self.of_kind("choice"):
            if each.required or optional:
                for choice in self.scene.choices.get((each.tool, each.name), each.choices):
                    if any(
                        same(word, token.word, self.scene.known) for phrase in phrases_of(choice) for word in phrase
                    ):
                        return True
        return False

    def hear(self, text: str, reader: pulpo.Reader | None) -> pulpo.Reading | None:
        scene = self.scene
        if reader is None:
            return None
        context = pulpo.ReadContext(now=scene.now, tz=scene.tz, locale=scene.locale, asked=scene.asked)
        return reader.read(text, context)

    def readers(self) -> Iterable[pulpo.Reader]:
        return {id(each.reader): each.reader for each in self.fields if each.reader is not None}.values()

    def alone(self, each: Field) -> bool:
        return sum(other.tool == each.tool and other.kind in ("integer", "decimal") for other in self.fields) == 1

"""Reads every argument of every tool from a text; what one reading used no other one sees."""

from __future__ import annotations

from collections.abc import Mapping

import pulpo
from pulpo_rules import contacts, counts, listed, moments, whereabouts
from pulpo_rules.fields import Form
from pulpo_rules.flags import read_flag
from pulpo_rules.mentions import Mention, Mentions, Scene
from pulpo_rules.walk import Walk


def read(text: str, forms: Mapping[str, Form], scene: Scene) -> Mentions:
    """Find every value in ``text``. Pure apart from the readers, which are pure as well."""
    walk = Walk(text, [field for form in forms.values() for field in form.fields], scene)
    for step in (
        contacts.addresses,
        contacts.names,
        whereabouts.streets,
        moments.told,
        moments.isodates,
        contacts.standing,
        listed.choices,
        listed.people,
        # Again, for what is listed counts as well among the values that a name stands beside.
        contacts.standing,
        whereabouts.towns,
        counts.amounts,
        answers,
    ):
        step(walk)
    return Mentions(found=walk.found, spans=tuple(walk.used), shift=walk.shift, usual=walk.usual, begun=walk.begun)


def answers(walk: Walk) -> None:
    """Read what only makes sense as the answer to the question asked."""
    contacts.addressees(walk)
    for each in walk.fields:
        if each.kind == "bool":
            flag = read_flag(each.name, walk.text, asked=walk.asked(each))
            if flag:
                walk.put(each, flag)
        if not walk.asked(each) or (each.tool, each.name) in walk.found:
            continue
        if each.kind == "text" and walk.text.strip() and pulpo.read_consent(walk.text) is None:
            if each.place:
                continue
            walk.put(each, Mention(value=walk.text.strip(), spans=((0, len(walk.text)),)))

"""A response in pieces is the same response, however the network cuts it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulpo_llm.errors import ModelResponseError
from pulpo_llm.protocol import completion
from pulpo_llm.stream import MOST_CALLS, Assembly
from support import models
from support.models import Says, events

TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=30)
CALLS = st.lists(st.tuples(st.sampled_from(["price", "book"]), st.dictionaries(TEXTS, TEXTS, max_size=2)), max_size=3)


@given(text=TEXTS, calls=CALLS, size=st.integers(1, 20), cut=st.integers(1, 50))
def test_pieces_are_put_together_again(text: str, calls: list[tuple[str, dict[str, str]]], size: int, cut: int) -> None:
    says = Says(text=text or None, calls=tuple(calls))
    sent = b"".join(events(says, size=size))
    assembly = Assembly()
    for start in range(0, len(sent), cut):
        assembly.feed(sent[start : start + cut])
    assert assembly.done
    assert assembly.whole() == completion(models.completion(says))


def test_a_server_that_does_not_say_that_it_is_done_is_understood() -> None:
    assembly = Assembly()
    assembly.feed(b": a comment\n\ndata:" + b"".join(events(Says(text="hi"), size=9)).split(b"data: [DONE]")[0][5:-2])
    assert not assembly.done
    assert assembly.whole().choices[0].message == completion(models.completion(Says(text="hi"))).choices[0].message


@pytest.mark.parametrize(
    "sent", [b"", b'data: {"choices":[{"delta":{"content":"hi"}}]}\n\ndata: [DONE]\n\n', b"<html>\n"]
)
def test_what_broke_off_is_not_a_response(sent: bytes) -> None:
    assembly = Assembly()
    assembly.feed(sent)
    with pytest.raises(ModelResponseError, match="broke off"):
        assembly.whole()


def test_a_flood_of_calls_is_refused() -> None:
    assembly = Assembly()
    flood = b"".join(events(Says(calls=(("price", {}),) * (MOST_CALLS + 1))))
    with pytest.raises(ModelResponseError, match="more than"):
        assembly.feed(flood)

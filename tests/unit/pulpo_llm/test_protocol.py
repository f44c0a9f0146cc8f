"""What goes over the wire."""

from __future__ import annotations

import pytest

from pulpo_llm.errors import ModelResponseError
from pulpo_llm.protocol import Asked, Message, Named, code_of, completion, encode


def test_a_line_says_only_what_it_has() -> None:
    assert encode(Message("user", "hi")) == b'{"role":"user","content":"hi"}'
    assert encode(Message("assistant", "", (Asked("1", Named("price", "{}")),))) == (
        b'{"role":"assistant","content":"","tool_calls":'
        b'[{"id":"1","function":{"name":"price","arguments":"{}"},"type":"function"}]}'
    )


def test_what_servers_add_is_passed_over() -> None:
    read = completion(b'{"id":1,"choices":[{"message":{"content":"hi","audio":null},"logprobs":{}}],"usage":null}')
    assert read.choices[0].message is not None
    assert read.choices[0].message.content == "hi"


@pytest.mark.parametrize(
    "raw", [b"", b"<html>", b'{"choices":3}', b'{"choices":[{"message":"hi"}]}', b'"\xff"', b"[" * 200_000]
)
def test_anything_else_is_no_completion(raw: bytes) -> None:
    with pytest.raises(ModelResponseError, match="not a chat completion"):
        completion(raw)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'{"error":{"code":"model_not_found","message":"Ana said so"}}', "model_not_found"),
        (b'{"error":{"type":"overloaded_error"}}', "overloaded_error"),
        (b'{"error":{"code":404}}', ""),
        (b'{"error":{"code":"call Ana on 600 123 123"}}', ""),
        (b'{"error":"no"}', ""),
        (b"<html>", ""),
        (b"\xff", ""),
    ],
)
def test_only_the_code_of_an_error_is_told(raw: bytes, code: str) -> None:
    assert code_of(raw) == code

"""The client beside a real server; what servers do wrong is tried in `functional/test_llm_faults`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pulpo_llm.client import Client, Connections
from pulpo_llm.config import LlmConfig
from pulpo_llm.errors import ModelStatusError, ModelUnreachableError
from support.models import Says, Sends, http, serving

Make = Callable[..., LlmConfig]


async def test_the_key_goes_along_and_connections_are_shared(config: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_KEY", "sk-live-123")
    with serving(lambda _request: Says(text="hi")) as model:
        connections = Connections(most=5)
        for stream in (False, True, False):
            client = Client(config(base_url=model.url, api_key_env="MODEL_KEY", stream=stream), connections)
            read = await client.ask(b'{"messages": []}' if not stream else b'{"stream": true}', {})
            assert read.choices[0].message is not None
            assert read.choices[0].message.content == "hi"
        await connections.close()
    assert {headers["authorization"] for headers in model.headers} == {"Bearer sk-live-123"}
    assert model.connections == 1


async def test_a_refusal_tells_its_status_its_code_and_when_to_come_again(config: Make) -> None:
    body = b'{"error": {"code": "rate_limit_exceeded"}}'
    refusal = Sends(raw=http(body, "429 Too Many Requests", "Retry-After: 7"))
    with serving(lambda _request: refusal) as model:
        connections = Connections(most=5)
        with pytest.raises(ModelStatusError, match=r"429 \(rate_limit_exceeded\)") as raised:
            await Client(config(base_url=model.url), connections).ask(b"{}", {})
        await connections.close()
    assert (raised.value.retry_after, raised.value.passing) == (7, True)


async def test_nobody_there_is_unreachable(config: Make, free_port: int) -> None:
    connections = Connections(most=5)
    with pytest.raises(ModelUnreachableError):
        await Client(config(base_url=f"http://127.0.0.1:{free_port}/v1"), connections).ask(b"{}", {})
    await connections.close()

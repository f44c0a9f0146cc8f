"""What a call of a model costs this process: our client, and the whole planner's step, beside httpx in the same run.

The server is a process of its own, so that only the caller's CPU time is counted. The goal is 333 µs a call (594 in 16
streamed events). Each event comes in a segment of its own, as a model's tokens do, and waking up for it is most of its
cost: the floor is aiohttp that only waits for them. The figures print and fail no build.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

import pulpo
from pulpo_llm.client import Client, Connections
from pulpo_llm.config import LlmConfig
from pulpo_llm.planner import LlmPlanner
from support.models import Says, chunked, completion, events, http
from support.one_turn import get_price, spare

ROUNDS, CALLS, EVENTS = 5, 150, 16
TEXT = "El corte cuesta 18 € y dura media hora. ¿Quieres que vea los huecos de mañana?"
SERVER = """
import asyncio, sys
whole, *stream = (bytes.fromhex(each) for each in sys.argv[1:])
class Fixed(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.seen = transport, b""
    def data_received(self, data):
        self.seen += data
        head, found, body = self.seen.partition(b"\\r\\n\\r\\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\\r\\n")[0]) if found else 1 << 60
        if len(body) >= length:
            self.seen = b""
            self.send(stream if b'"stream":true' in body else [whole])
    def send(self, parts):
        # Each in a segment of its own, as a model's tokens come.
        self.transport.write(parts[0])
        if parts[1:]:
            asyncio.get_running_loop().call_later(0.0005, self.send, parts[1:])
async def main():
    server = await asyncio.get_running_loop().create_server(Fixed, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    says = Says(text=TEXT)
    head, end = chunked().split(b"0\r\n")
    parts = [b"%x\r\n%b\r\n" % (len(event), event) for event in events(says, size=len(TEXT) // 13)]
    assert len(parts) == EVENTS
    sent = (http(completion(says)), head + parts[0], *parts[1:], b"0\r\n" + end)
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, *(each.hex() for each in sent)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
    process.kill()
    process.wait()
    process.stdout.close()


def body(*, stream: bool = False) -> dict[str, Any]:
    message = {"role": "user", "content": "¿cuánto cuesta un corte?"}
    return {"model": "m", "messages": [message], **({"stream": True} if stream else {})}


def context() -> pulpo.PlanContext:
    """A turn in the middle of a conversation of 20 messages, with eight tools."""
    at = datetime(2026, 11, 28, 16, 5, tzinfo=UTC)
    workspace = pulpo.Workspace(id="demo", name="Salón Sol", tz="Europe/Madrid")
    said = [pulpo.Message("user" if number % 2 else "assistant", TEXT, at, "t0") for number in range(20)]
    tools = {tool.name: tool for tool in (get_price, *map(spare, range(7)))}

    async def history(limit: int) -> list[pulpo.Message]:
        return said

    turn = pulpo.Turn("t1", "c", workspace, "¿y mañana?", at)
    tool_context: Any = None
    return pulpo.PlanContext(turn, pulpo.Dialogue(), tools, (), 0, None, history, tool_context)


async def cpu(call: Callable[[], Awaitable[Any]]) -> float:
    """CPU microseconds a call."""
    await call()
    start = time.process_time()
    for _ in range(CALLS):
        await call()
    return (time.process_time() - start) / CALLS * 1e6


async def test_a_call_of_a_model(base_url: str) -> None:
    connections = Connections(most=10)
    configs = {stream: LlmConfig(base_url=base_url, model="m", stream=stream) for stream in (False, True)}
    sent = {stream: json.dumps(body(stream=stream), separators=(",", ":")).encode() for stream in (False, True)}
    clients = {stream: Client(configs[stream], connections) for stream in (False, True)}
    tools = [get_price, *map(spare, range(7))]
    planner = LlmPlanner(configs[False], tools, clients[False])
    turn = context()

    async def step() -> None:
        async for _ in planner.next_step(turn):
            pass

    async with httpx.AsyncClient() as other:

        async def by_httpx() -> None:
            response = await other.post(f"{base_url}/chat/completions", content=sent[False])
            response.json()

        async def by_httpx_in_pieces() -> None:
            async with other.stream("POST", f"{base_url}/chat/completions", content=sent[True]) as response:
                async for line in response.aiter_lines():
                    if line.startswith("data: {"):
                        json.loads(line[6:])

        async def waiting_for_pieces() -> None:
            headers = {"Content-Type": "application/json"}
            posting = connections.session.post(f"{base_url}/chat/completions", data=sent[True], headers=headers)
            async with posting as response:
                async for _ in response.content.iter_any():
                    pass

        await by_httpx()
        doing: dict[str, Callable[[], Awaitable[Any]]] = {
            "client": lambda: clients[False].ask(sent[False], {}),
            "client, 16 events": lambda: clients[True].ask(sent[True], {}),
            "aiohttp that only waits for 16": waiting_for_pieces,
            "planner's step": step,
            "httpx": by_httpx,
            "httpx, 16 events": by_httpx_in_pieces,
        }
        found: dict[str, list[float]] = {name: [] for name in doing}
        for _ in range(ROUNDS):
            for name, call in doing.items():
                found[name].append(await cpu(call))
    await connections.close()
    medians = {name: statistics.median(each) for name, each in found.items()}
    print("\na call of a model, CPU µs: " + ", ".join(f"{name} {value:.0f}" for name, value in medians.items()))
    ratios = [medians[f"httpx{each}"] / medians[f"client{each}"] for each in ("", ", 16 events")]
    print(f"  httpx / client {ratios[0]:.1f}, in pieces {ratios[1]:.1f}; goals: client <= 333, 16 events <= 594")
    floor = medians["aiohttp that only waits for 16"]
    print(f"  16 events / aiohttp that only waits for them {medians['client, 16 events'] / floor:.2f}")

"""The same message sent twice, many of one conversation at once, and a replica that comes back from a pause."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import httpx

from integration.chaos.conftest import Open
from support.chaos import COME_AGAIN
from support.server import Server

WAIT = 2.0
"""Seconds a message waits for its turn, as `conftest` sets it."""
LATE = 1.5
"""Seconds for a busy machine; whoever waited for all who came before would wait longer still."""

Booked = Callable[[str], int]


def chat(server: Server, message: str, *, key: str | None = None, **more: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    headers |= {"Authorization": f"Bearer {more.pop('bearer')}"} if "bearer" in more else {}
    return httpx.post(f"{server.url}/chat", json={"message": message, **more}, headers=headers, timeout=30)


def insist(server: Server, message: str, *, key: str) -> dict[str, Any]:
    """Send it until it is answered, as a client does that is told to come back."""
    limit = time.monotonic() + 30
    while (response := chat(server, message, key=key)).status_code in COME_AGAIN:
        assert int(response.headers["retry-after"]) >= 1
        assert time.monotonic() < limit
        time.sleep(0.1)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_a_message_that_is_sent_again_gets_its_answer_again(two_salons: list[Server], booked: Booked) -> None:
    answers = [insist(two_salons[number % 2], "book serial 0", key="serial") for number in range(4)]
    assert answers[1:] == answers[:1] * 3
    assert booked("serial") == 1


def test_one_message_sent_twenty_times_at_once_is_answered_once(two_salons: list[Server], booked: Booked) -> None:
    with ThreadPoolExecutor(20) as crowd:
        first = list(crowd.map(lambda n: chat(two_salons[n % 2], "book parallel 0.3", key="parallel"), range(20)))
    assert {response.status_code for response in first} <= {200, *COME_AGAIN}
    assert all("retry-after" in response.headers for response in first if response.status_code != 200)
    last = insist(two_salons[0], "book parallel 0.3", key="parallel")
    assert all(response.json() == last for response in first if response.status_code == 200)
    assert booked("parallel") == 1


def test_without_a_key_each_is_a_message_of_its_own(two_salons: list[Server], booked: Booked) -> None:
    """The control: it is the key that makes them one."""
    with ThreadPoolExecutor(4) as crowd:
        assert {r.status_code for r in crowd.map(lambda _: chat(two_salons[0], "book keyless 0"), range(4))} == {200}
    assert booked("keyless") == 4


def test_the_key_of_another_message_is_refused(two_salons: list[Server], booked: Booked) -> None:
    insist(two_salons[0], "book body 0", key="body")
    refused = chat(two_salons[1], "book another 0", key="body")
    assert (refused.status_code, booked("another")) == (422, 0)


def test_another_tenants_key_is_another_key(open_salon: Open) -> None:
    server = open_salon("tenants")
    answers = [chat(server, "hola", key="k", bearer=key_of(server, tenant)).json() for tenant in ("demo", "other")]
    assert answers[0]["conversation_id"] != answers[1]["conversation_id"]


def key_of(server: Server, workspace: str) -> str:
    command = [sys.executable, "-m", "pulpo", "keys", "create", "--workspace", workspace, "--scope", "chat"]
    url = f"sqlite:///{server.database_path}"
    made = subprocess.run([*command, "--database-url", url], cwd=server.folder, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return next(word for word in made.stdout.split() if word.startswith("pulpo_"))


async def test_twenty_messages_of_one_conversation_are_answered_in_order_or_told_to_come_back(
    two_salons: list[Server],
) -> None:
    said: dict[int, httpx.Response] = {}
    async with httpx.AsyncClient(base_url=two_salons[0].url, timeout=30, verify=False) as client:  # noqa: S501
        conversation = (await client.post("/chat", json={"message": "hola"})).json()["conversation_id"]

        async def say(number: int) -> None:
            body = {"message": f"book row{number} 0.25", "conversation_id": conversation}
            said[number] = await client.post("/chat", json=body)

        began = time.monotonic()
        async with anyio.create_task_group() as crowd:
            for number in range(20):
                crowd.start_soon(say, number)
                await anyio.sleep(0.05)
        seconds = time.monotonic() - began
        messages = (await client.get(f"/conversations/{conversation}")).json()["messages"]
    answered = [number for number in range(20) if said[number].status_code == 200]
    refused = [each for each in said.values() if each.status_code != 200]
    assert seconds >= 0.25 * len(answered), "two ran at once"
    assert answered
    assert refused, "the last of them wait longer than they may"
    assert all(each.status_code in COME_AGAIN and each.headers["retry-after"] for each in refused)
    assert max(each.elapsed.total_seconds() for each in refused) < WAIT + LATE
    asked = [it["text"] for it in messages if it["text"].startswith("book ")]
    assert asked == [f"book row{number} 0.25" for number in answered]


def test_a_replica_that_was_paused_past_its_lease_changes_nothing_any_more(
    two_salons: list[Server], booked: Booked
) -> None:
    """Its turn was taken over meanwhile: what it still wants to write is refused, and nobody hears another answer."""
    paused, other = two_salons
    assert paused.process is not None
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(chat, paused, "book paused 1.5", key="paused")
        time.sleep(0.7)
        paused.process.send_signal(signal.SIGSTOP)
        try:
            answer = insist(other, "book paused 1.5", key="paused")
        finally:
            paused.process.send_signal(signal.SIGCONT)
        late = first.result()
    assert answer["reply"] == "booked paused"
    assert late.status_code in COME_AGAIN or late.json() == answer, late.text
    assert insist(paused, "book paused 1.5", key="paused") == answer
    assert booked("paused") == 1

"""The same message sent twice, many of one conversation at once, and a replica that comes back from a pause."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir
from typing import Any

import anyio
import httpx
from click.testing import CliRunner

from integration.chaos.conftest import Open
from pulpo.cli import main
from support.chaos import COME_AGAIN
from support.server import Server
from support.waiting import LIMIT

WAIT = 2.0
"""Seconds a message waits for its turn, as `conftest` sets it."""

Booked = Callable[[str], int]
Counted = Callable[[str], int]

IN_THE_MIDDLE = "FROM idempotency i JOIN effects e USING (turn_id) WHERE i.key = '{key}' AND e.state = 'intended'"


def chat(server: Server, message: str, *, key: str | None = None, **more: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    headers |= {"Authorization": f"Bearer {more.pop('bearer')}"} if "bearer" in more else {}
    return httpx.post(f"{server.url}/chat", json={"message": message, **more}, headers=headers, timeout=LIMIT)


def insist(server: Server, message: str, *, key: str) -> dict[str, Any]:
    """Send it until it is answered, as a client does that is told to come back."""
    limit = time.monotonic() + 2 * LIMIT
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
        answers = list(crowd.map(lambda _: chat(two_salons[0], "book keyless 0"), range(4)))
    served = sum(answer.status_code == 200 for answer in answers)
    assert {answer.status_code for answer in answers} <= {200, *COME_AGAIN}
    assert 1 < served <= booked("keyless") <= 4


def test_the_key_of_another_message_is_refused(two_salons: list[Server], booked: Booked) -> None:
    insist(two_salons[0], "book body 0", key="body")
    while (refused := chat(two_salons[1], "book another 0", key="body")).status_code in COME_AGAIN:
        time.sleep(0.1)
    assert (refused.status_code, booked("another")) == (422, 0)


def test_another_tenants_key_is_another_key(open_salon: Open) -> None:
    server = open_salon("tenants")
    answers = [chat(server, "hola", key="k", bearer=key_of(server, tenant)).json() for tenant in ("demo", "other")]
    assert answers[0]["conversation_id"] != answers[1]["conversation_id"]


def key_of(server: Server, workspace: str) -> str:
    command = ["keys", "create", "--workspace", workspace, "--scope", "chat"]
    with chdir(server.folder):
        made = CliRunner().invoke(main, [*command, "--database-url", f"sqlite:///{server.database_path}"])
    assert made.exit_code == 0, made.output
    return next(word for word in made.output.split() if word.startswith("pulpo_"))


async def test_twenty_messages_of_one_conversation_are_answered_in_order_or_told_to_come_back(
    two_salons: list[Server],
) -> None:
    """Ten behind one who takes longer than they may wait, and ten of whom each soon has its turn."""
    takes = [2 * WAIT, *[0.1] * 9, *[0.15] * 10]
    said: dict[int, httpx.Response] = {}
    async with httpx.AsyncClient(base_url=two_salons[0].url, timeout=LIMIT, verify=False) as client:  # noqa: S501
        conversation = (await client.post("/chat", json={"message": "hola"})).json()["conversation_id"]

        async def say(number: int) -> None:
            body = {"message": f"book row{number} {takes[number]}", "conversation_id": conversation}
            said[number] = await client.post("/chat", json=body)

        began = time.monotonic()
        for ten in (range(10), range(10, 20)):
            async with anyio.create_task_group() as crowd:
                for number in ten:
                    crowd.start_soon(say, number)
                    await anyio.sleep(0.05)
        seconds = time.monotonic() - began
        messages = (await client.get(f"/conversations/{conversation}")).json()["messages"]
    answered = [number for number in range(20) if said[number].status_code == 200]
    refused = [each for each in said.values() if each.status_code != 200]
    assert seconds >= sum(takes[number] for number in answered), "two ran at once"
    assert len(answered) > 2
    assert refused, "those behind the first wait longer than they may"
    assert all(each.status_code in COME_AGAIN and each.headers["retry-after"] for each in refused)
    asked = [it["text"] for it in messages if it["text"].startswith("book ")]
    assert asked == [f"book row{number} {takes[number]}" for number in answered]


def test_a_replica_that_was_paused_past_its_lease_changes_nothing_any_more(
    two_salons: list[Server], booked: Booked, counted: Counted
) -> None:
    """Its turn was taken over meanwhile: what it still wants to write is refused, and nobody hears another answer."""
    paused, other = two_salons
    assert paused.process is not None
    with ThreadPoolExecutor(1) as pool:
        for who in ("ana", "eva", "leo", "zoe"):
            message = f"book {who} 2"
            first = pool.submit(chat, paused, message, key=who)
            stopped = paused_in_the_middle(paused, lambda who=who: counted(IN_THE_MIDDLE.format(key=who)) == 1)  # type: ignore[misc]
            try:
                answer = insist(other, message, key=who)
            finally:
                paused.process.send_signal(signal.SIGCONT)
            late = first.result()
            assert answer["reply"] == f"booked {who}"
            assert late.status_code in COME_AGAIN or late.json() == answer, late.text
            assert insist(paused, message, key=who) == answer
            assert booked(who) == 1
            if stopped:
                return
    raise AssertionError("it was never paused in the middle of its turn")


def paused_in_the_middle(server: Server, in_the_middle: Callable[[], bool]) -> bool:
    """Let a server stand still while it books, and say whether it still did by then."""
    assert server.process is not None
    limit = time.monotonic() + LIMIT
    while not in_the_middle() and time.monotonic() < limit:
        time.sleep(0.05)
    server.process.send_signal(signal.SIGSTOP)
    return in_the_middle()

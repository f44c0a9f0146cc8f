"""Several processes over one PostgreSQL: a conversation never runs twice at once, and nobody's death stops it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from pulpo.errors import ConversationBusyError
from pulpo.store.conversations import Accepted
from pulpo.store.migrate import upgrade
from pulpo.store.opening import open_store
from pulpo.store.turnstore import TurnStore
from support.chaos import COME_AGAIN
from support.holder import KEY
from support.postgres import UNHURRIED, Postgres
from support.server import Server, running
from support.turns import asked, assign, done
from support.waiting import LIMIT

LEASE = 1.0
TESTS = Path(__file__).parents[2]


@contextmanager
def holder(url: str) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the turn t1 of conversation c1 and does not renew its lease."""
    command = [sys.executable, "-m", "support.holder", url, str(LEASE)]
    path = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held 1\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def tell(process: subprocess.Popen[str], order: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{order}\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


async def take_over(store: TurnStore) -> Accepted:
    """Retry as a client does, with the same key, until the turn is given to us."""
    async with asyncio.timeout(LIMIT):
        while True:
            try:
                accepted = await store.accept(asked("t9", "c9", new=True, idempotency_key=KEY), assign)
            except ConversationBusyError as busy:
                if busy.retry_after > LEASE:
                    raise  # the default lease is longer
                await asyncio.sleep(0.05)
            else:
                assert isinstance(accepted, Accepted)
                return accepted


async def test_the_turn_of_a_killed_process_is_taken_over_within_its_lease(postgres_url: str) -> None:
    async with open_store(postgres_url, patience=UNHURRIED) as store:
        with holder(postgres_url) as process:
            process.kill()
            accepted = await take_over(store)
        assert (accepted.turn_id, accepted.conversation.id, accepted.conversation.epoch) == ("t1", "c1", 2)
        assert [effect.state for effect in await store.effects_of("t1")] == ["intended"]
        await store.finish(done("t1", 2))


async def test_a_process_that_is_on_time_changes_and_finishes(postgres: Postgres, postgres_url: str) -> None:
    """The control of the next test: without a takeover nothing is refused."""
    database = postgres_url.rpartition("/")[2]
    await asyncio.to_thread(postgres.execute, "CREATE TABLE changes (who text)", database=database)
    with holder(postgres_url) as process:
        assert [tell(process, order) for order in ("change", "intend", "finish")] == ["ok", "ok", "ok"]
    rows = await asyncio.to_thread(postgres.execute, "SELECT who FROM changes", database=database)
    assert len(rows) == 1


async def test_a_process_paused_past_its_lease_writes_nothing_any_more(postgres: Postgres, postgres_url: str) -> None:
    database = postgres_url.rpartition("/")[2]
    await asyncio.to_thread(postgres.execute, "CREATE TABLE changes (who text)", database=database)
    async with open_store(postgres_url, patience=UNHURRIED) as store:
        with holder(postgres_url) as process:
            process.send_signal(signal.SIGSTOP)
            assert (await take_over(store)).conversation.epoch == 2
            process.send_signal(signal.SIGCONT)
            refused = [tell(process, order) for order in ("change", "intend", "finish")]
        assert refused == ["LeaseLostError"] * 3
        await store.finish(done("t1", 2))
        assert [effect.state for effect in await store.effects_of("t1")] == ["intended"]
    assert await asyncio.to_thread(postgres.execute, "SELECT who FROM changes", database=database) == []


@pytest.fixture(scope="module")
def replicas(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    """Two `pulpo serve` that start at the same moment on a database without tables; no lease of theirs lapses."""
    environ = {"PULPO_DATABASE_URL": postgres.create(), "PULPO_TURNS__LEASE": str(LIMIT)}
    with ExitStack() as stack, ThreadPoolExecutor(2) as together:
        served = [running(tmp_path_factory.mktemp("replica"), environ=environ) for _ in range(2)]
        yield list(together.map(stack.enter_context, served))


def say(server: Server, text: str, conversation: str | None = None) -> httpx.Response:
    body = {"message": text, "user_id": "ana", "locale": "es"} | (
        {"conversation_id": conversation} if conversation else {}
    )
    return httpx.post(f"{server.url}/chat", json=body, timeout=LIMIT)


def insist(send: Callable[[], httpx.Response]) -> httpx.Response:
    """Send until it is answered: a machine that stands still for a second makes a database look as if it were away."""
    limit = time.monotonic() + LIMIT
    while (answer := send()).status_code == 503 and time.monotonic() < limit:
        time.sleep(0.1)
    assert answer.status_code == 200, answer.text
    return answer


def test_two_replicas_go_on_with_each_others_conversations(replicas: list[Server]) -> None:
    first, second = replicas
    conversation = insist(partial(say, first, "hola")).json()["conversation_id"]
    insist(partial(say, second, "¿qué servicios hay?", conversation))
    shown = insist(partial(httpx.get, f"{first.url}/conversations/{conversation}", timeout=LIMIT))
    assert len(shown.json()["messages"]) >= 4


def test_two_replicas_never_run_one_conversation_at_once(replicas: list[Server], postgres: Postgres) -> None:
    conversation = insist(partial(say, replicas[0], "hola")).json()["conversation_id"]
    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda n: say(replicas[n % 2], "¿qué horario tienen?", conversation), range(40)))
    assert {answer.status_code for answer in answers} <= {200, *COME_AGAIN}
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code != 200)
    served = sum(answer.status_code == 200 for answer in answers)
    assert served >= 2
    database = replicas[0].environ["PULPO_DATABASE_URL"].rpartition("/")[2]
    turns = postgres.execute(
        f"SELECT epoch, finished_at FROM turns WHERE conversation_id = '{conversation}' ORDER BY epoch",
        database=database,
    )
    # An answer is stored under the epoch of its lease alone: had a second turn begun before, it would not be there.
    stored = [turn["epoch"] for turn in turns if turn["finished_at"]]
    assert stored == list(range(1, len(stored) + 1))
    assert len(stored) > served


def test_an_upgrade_is_done_once_by_whoever_comes_first(postgres: Postgres) -> None:
    url = postgres.create()
    with ThreadPoolExecutor(4) as together:
        applied = list(together.map(lambda _: upgrade(url, {}), range(4)))
    assert sum(map(bool, applied)) == 1

"""Whose connection is broken off, and when; the clock is a number."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from pulpo.cli.patience import HEAD_SECONDS, READER_SECONDS, Patience


@dataclass
class Transport:
    unsent: int = 0
    aborted: bool = False

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def abort(self) -> None:
        self.aborted = True


@dataclass(eq=False)
class Cycle:
    response_complete: bool = False


@dataclass(eq=False)
class Connection:
    """What the server knows of a client: ``cycle`` is its request, the timer runs between two of them."""

    cycle: Cycle | None = None
    timeout_keep_alive_task: object | None = None
    transport: Transport = field(default_factory=Transport)
    pipeline: list[object] = field(default_factory=list)


def looked_at(connection: Connection, *times: float) -> bool:
    patience = Patience()
    for now in times:
        patience.look([connection], now)
    return connection.transport.aborted


@pytest.mark.parametrize(
    ("connection", "most"),
    [
        pytest.param(Connection(), HEAD_SECONDS, id="nothing-sent"),
        pytest.param(Connection(Cycle(True)), HEAD_SECONDS, id="half-a-head-after-an-answer"),
        pytest.param(Connection(Cycle(), transport=Transport(9)), READER_SECONDS, id="answer-not-taken"),
        pytest.param(Connection(Cycle(True), object(), Transport(9)), READER_SECONDS, id="answer-not-taken-and-idle"),
    ],
)
def test_who_keeps_the_server_waiting_is_left_in_time(connection: Connection, most: float) -> None:
    assert not looked_at(connection, 100, 100 + most - 1)
    assert looked_at(connection, 100, 100 + most)


@pytest.mark.parametrize(
    "connection",
    [pytest.param(Connection(Cycle()), id="being-served"), pytest.param(Connection(Cycle(True), object()), id="idle")],
)
def test_for_whom_the_server_works_or_who_is_kept_alive_is_not(connection: Connection) -> None:
    assert not looked_at(connection, *range(0, 3600, 60))


def test_a_reader_who_takes_a_little_is_waited_for_anew() -> None:
    connection, patience = Connection(Cycle()), Patience()
    for now in range(100):
        connection.transport.unsent = 1000 - now // 10
        patience.look([connection], now)
    assert not connection.transport.aborted


def test_a_further_request_is_another_wait() -> None:
    connection, patience = Connection(Cycle(True)), Patience()
    for now in range(100):
        if now % 8 == 0:
            connection.cycle = Cycle(True)
        patience.look([connection], now)
    assert not connection.transport.aborted


def test_those_who_left_are_forgotten() -> None:
    patience = Patience()
    patience.look([Connection()], 0)
    patience.look([], 1)
    assert patience._since == {}

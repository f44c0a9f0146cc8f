"""What is done to the composed system, and what people may notice of it."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from chaos.composed import LEASE, Composed, in_thread

Deed = Callable[[Composed], Awaitable[None]]


class Fault(NamedTuple):
    """``spares``: no message may fail or be refused meanwhile. ``back``: seconds after ``mend`` until all is well.
    ``least``: seconds that it lasts at least."""

    name: str
    strike: Deed
    mend: Deed
    spares: bool = False
    back: float = 5.0
    least: float = 0.0


async def kill(system: Composed) -> None:
    """As a power cut would end the second replica."""
    await in_thread(system.replicas[1].kill)


async def stop(system: Composed) -> None:
    """As a rollout ends the second replica: SIGTERM, and 20 s at most."""
    await in_thread(system.replicas[1].stop)


async def start(system: Composed) -> None:
    """Start the second replica again."""
    await in_thread(lambda: system.replicas[1].start(seconds=120))


async def pause(system: Composed) -> None:
    """As a machine does that is swapped out: the second replica stands still, its connections open."""
    _signal(system, signal.SIGSTOP)


async def resume(system: Composed) -> None:
    """Let it go on, past its leases."""
    _signal(system, signal.SIGCONT)


async def crash_database(system: Composed) -> None:
    """SIGQUIT: no goodbye to anybody."""
    await in_thread(lambda: system.postgres.stop(signal.SIGQUIT))


async def restart_database(system: Composed) -> None:
    """Start it again, which recovers."""
    await in_thread(system.postgres.start)


async def freeze_database(system: Composed) -> None:
    """It takes connections and answers nothing."""
    await in_thread(system.postgres.freeze)


async def thaw_database(system: Composed) -> None:
    """It answers what it was asked."""
    await in_thread(system.postgres.thaw)


async def cut_link(system: Composed) -> None:
    """Reset every connection of the first replica to its database, and let nothing pass on new ones."""
    system.link.silent = True
    await system.link.close()


async def silence_link(system: Composed) -> None:
    """A firewall that forgot the connections of the first replica: nothing passes, nothing is closed."""
    system.link.silent = True


async def restore_link(system: Composed) -> None:
    """New connections pass; those from before are reset."""
    system.link.silent = False
    await system.link.close()


async def freeze_valkey(system: Composed) -> None:
    """The shared counts of rate limits answer nothing."""
    system.valkey.freeze()


async def thaw_valkey(system: Composed) -> None:
    """They answer again."""
    system.valkey.thaw()


async def lame_tool(system: Composed) -> None:
    """One tool takes three seconds."""
    system.lame.touch()


async def heal_tool(system: Composed) -> None:
    """It is as quick as ever."""
    system.lame.unlink()


FAULTS = (
    Fault("a replica is killed", kill, start),
    Fault("a replica is replaced", stop, start, spares=True),
    Fault("a replica is paused past its leases", pause, resume, least=1.5 * LEASE),
    Fault("the database crashes", crash_database, restart_database),
    Fault("the database freezes", freeze_database, thaw_database),
    Fault("the way to the database is cut", cut_link, restore_link),
    Fault("the way to the database goes silent", silence_link, restore_link),
    Fault("Valkey freezes", freeze_valkey, thaw_valkey, spares=True),
    Fault("a tool is slow", lame_tool, heal_tool, spares=True),
)


def _signal(system: Composed, which: signal.Signals) -> None:
    process = system.replicas[1].process
    assert process is not None
    process.send_signal(which)

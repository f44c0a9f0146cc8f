"""How parts make up a whole."""

from __future__ import annotations

import pytest

from pulpo.observability.health import HUNG, DatabaseHealth, Health, Status, Trouble, WorkspaceName, assess, observed
from pulpo.observability.watchdog import Blame
from pulpo.plugins import PluginRecord

UP = DatabaseHealth(True, 0.5)
AWAY = DatabaseHealth(False, 1000.0, "it did not answer in time")
GOOD = PluginRecord("good", "active")
BLOCKED = PluginRecord("blocked", "blocked", reason="named in [plugins] deny")
BAD = PluginRecord("bad", "quarantined", reason="import failed")


def health(*, database: DatabaseHealth = UP, draining: bool = False, plugins: tuple[PluginRecord, ...] = ()) -> Health:
    return assess(
        version="1",
        uptime=12.34567,
        workspace=WorkspaceName("demo", "Demo", ("es",)),
        turns_in_flight=3,
        draining=draining,
        database=database,
        plugins=plugins,
    )


@pytest.mark.parametrize(
    ("database", "draining", "plugins", "status"),
    [
        (UP, False, (GOOD,), "ok"),
        (UP, False, (GOOD, BLOCKED), "ok"),
        (UP, False, (GOOD, BAD), "degraded"),
        (UP, True, (BAD,), "draining"),
        (AWAY, True, (), "unavailable"),
        (AWAY, False, (GOOD,), "unavailable"),
    ],
)
def test_the_worst_part_decides(
    database: DatabaseHealth, draining: bool, plugins: tuple[PluginRecord, ...], status: Status
) -> None:
    assert health(database=database, draining=draining, plugins=plugins).status == status


def test_troubles_name_the_part_and_the_reason() -> None:
    found = health(database=AWAY, plugins=(GOOD, BAD, BLOCKED))
    assert found.troubles == (
        Trouble("database", "it did not answer in time"),
        Trouble("plugin bad", "import failed"),
    )
    assert found.plugins == {"active": 1, "quarantined": 1, "blocked": 1}
    assert found.uptime_seconds == 12.346


def test_a_plugin_that_hangs_is_out_for_now_and_one_that_blocks_gets_a_remark() -> None:
    slow = PluginRecord("slow", "active", reason="slow import")
    found = observed((GOOD, BAD, slow), hung={"good", "bad"}, blamed={"slow": Blame(2, "slow.py:3", 0.0)})
    assert [(it.state, it.reason) for it in found[:2]] == [("quarantined", HUNG), ("quarantined", "import failed")]
    assert found[2].state == "active"
    assert found[2].reason.startswith("slow import; it blocked the event loop 2 times, last at slow.py:3;")

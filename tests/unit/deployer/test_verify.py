from __future__ import annotations

import itertools

import pytest

from deployer import verify
from deployer.engine import DeployError


def test_waiting_ends_with_the_first_success() -> None:
    answers = iter([False, False, True])

    def works() -> None:
        if not next(answers):
            raise DeployError("not yet")

    assert (
        verify.wait_until(works, seconds=10, clock=itertools.count().__next__, sleep=lambda _s: None) == "after 3.0 s"
    )


def test_waiting_has_an_end_and_says_what_was_wrong_last() -> None:
    def never() -> None:
        raise DeployError("connection refused")

    with pytest.raises(DeployError, match="connection refused"):
        verify.wait_until(never, seconds=5, clock=itertools.count().__next__, sleep=lambda _s: None)


def test_a_server_that_is_not_there_is_told_with_its_address() -> None:
    with pytest.raises(DeployError, match=r"http://127\.0\.0\.1:9/health/ready did not answer"):
        verify.Site(url="http://127.0.0.1:9").get("/health/ready")


@pytest.mark.parametrize(
    ("log", "refused"),
    [
        ('{"event":"turn","marker":"AGENT_LOOP"}', None),
        ('{"event":"turn","marker":"AGENT_LOOP"}\n{"event":"request failed","marker":"ERROR"}', "1 errors"),
        ('{"event":"turn","marker":"AGENT_LOOP"}\n{"marker":"ERROR","event":"database away"}', None),
        ('{"event":"turn","marker":"AGENT_LOOP"}\n{"marker":"ERROR","event":"tool call"}', "1 errors"),
        ("", "no turn in the log"),
    ],
)
def test_the_log_must_show_turns_and_no_error(engine, machine, log: str, refused: str | None) -> None:
    machine.said["logs"] = log
    if refused is None:
        assert verify.check_logs(engine, "pulpo-app") == "1 turns, no error"
    else:
        with pytest.raises(DeployError, match=refused):
            verify.check_logs(engine, "pulpo-app")

import pytest

from pulpo.cli.serve import refuse_workers
from pulpo.errors import SettingsError
from pulpo.settings import Settings

POSTGRES = "postgresql://host/db"


@pytest.mark.parametrize(
    ("url", "server", "workers", "said"),
    [
        ("sqlite:///pulpo.db", "uvicorn", 1, None),
        ("sqlite:///pulpo.db", "uvicorn", 2, "SQLite serves one process"),
        ("sqlite:///pulpo.db", "granian", 2, "SQLite serves one process"),
        (POSTGRES, "uvicorn", 2, "start more replicas"),
        (POSTGRES, "granian", 2, None),
    ],
)
def test_more_workers_need_another_database_and_another_server(
    url: str, server: str, workers: int, said: str | None
) -> None:
    settings = Settings(database_url=url, server=server)
    if said is None:
        refuse_workers(settings, workers)
    else:
        with pytest.raises(SettingsError, match=rf"option --workers.*{workers} workers are not possible.*{said}"):
            refuse_workers(settings, workers)


def test_the_refusal_is_one_line(run) -> None:
    result = run("serve", "--workers", "2")
    assert result.exit_code == 2
    assert result.stderr.startswith("pulpo: option --workers: workers: 2 workers are not possible. SQLite")
    assert result.stderr.count("\n") == 1

from __future__ import annotations

from pathlib import Path

import pytest

from deployer import credentials
from deployer.engine import DeployError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secrets.env"


def test_they_are_made_once_and_only_their_owner_reads_them(path: Path) -> None:
    assert credentials.ensure(path)
    made = credentials.read(path)
    assert not credentials.ensure(path)
    assert credentials.read(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert made["POSTGRES_PASSWORD"] in made["PULPO_DATABASE_URL"]
    assert len(made["POSTGRES_PASSWORD"]) >= 24
    assert made["GF_SECURITY_ADMIN_PASSWORD"] not in ("", "admin", made["POSTGRES_PASSWORD"])


def test_a_fresh_clone_has_no_folder_for_them(tmp_path: Path) -> None:
    file = tmp_path / "environments" / "secrets.env"
    assert credentials.ensure(file)
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_two_installations_share_no_password(tmp_path: Path) -> None:
    one, other = tmp_path / "one.env", tmp_path / "other.env"
    credentials.ensure(one)
    credentials.ensure(other)
    assert not set(credentials.read(one).values()) & set(credentials.read(other).values()) - {"admin"}


def test_what_an_operator_wrote_is_kept(path: Path) -> None:
    path.write_text("POSTGRES_PASSWORD=mine\nPULPO_DATABASE_URL=postgresql://pulpo:mine@elsewhere/pulpo\nEXTRA=1\n")
    assert credentials.ensure(path)
    kept = credentials.read(path)
    assert kept["PULPO_DATABASE_URL"] == "postgresql://pulpo:mine@elsewhere/pulpo"
    assert kept["EXTRA"] == "1"
    assert kept["GF_SECURITY_ADMIN_PASSWORD"]


def test_a_password_of_the_operator_s_is_used_in_the_address(path: Path) -> None:
    path.write_text("POSTGRES_PASSWORD=mine\n")
    credentials.ensure(path)
    assert ":mine@postgres" in credentials.read(path)["PULPO_DATABASE_URL"]


def test_a_line_that_is_none_is_told(path: Path) -> None:
    path.write_text("POSTGRES_PASSWORD\n")
    with pytest.raises(DeployError, match="NAME=value"):
        credentials.ensure(path)

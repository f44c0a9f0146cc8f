from __future__ import annotations

from pathlib import Path

import pytest

from pulpo.store.compatibility import taken_away
from support.documents import ROOT

SHIPPED = sorted(
    file
    for folder in ("runtime/pulpo/store/migrations/versions", "plugins")
    for file in (ROOT / folder).rglob("*_0*.py")
    if "migrations" in file.parts
)


@pytest.mark.parametrize("revision", SHIPPED, ids=lambda file: file.stem)
def test_the_shipped_revisions_only_expand(revision: Path) -> None:
    assert taken_away(revision) == ()


def test_all_shipped_revisions_are_looked_at() -> None:
    assert {"core_0001", "pulpo_booking_0001"} <= {file.stem for file in SHIPPED}


@pytest.mark.parametrize(
    ("line", "taken"),
    [
        ('op.drop_column("turns", "reason")', True),
        ('op.drop_table("turns")', True),
        ('op.rename_table("turns", "rounds")', True),
        ('op.alter_column("turns", "reason", new_column_name="why")', True),
        ('op.execute("ALTER TABLE turns RENAME COLUMN reason TO why")', True),
        ('op.execute("alter table turns drop column reason")', True),
        ('op.add_column("turns", sa.Column("why", sa.Text))', False),
        ('op.execute("DROP TRIGGER IF EXISTS no_overlap")', False),
        ('op.create_table("rounds", sa.Column("id", sa.Text))', False),
    ],
)
def test_what_the_release_before_would_miss_is_found(line: str, taken: bool, tmp_path: Path) -> None:
    revision = tmp_path / "x_0002.py"
    revision.write_text(
        f'def upgrade() -> None:\n    {line}\n\n\ndef downgrade() -> None:\n    op.drop_table("rounds")\n'
    )
    assert taken_away(revision) == ((line,) if taken else ())

"""Writes installed distributions, as an installer would leave them: modules, METADATA and entry_points.txt."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path


def install(
    site: Path, distribution: str, modules: Mapping[str, str], *, entries: Mapping[str, str], version: str = "1.0"
) -> None:
    """Put ``modules`` (name to source) into ``site`` with ``entries`` (name to value) in group ``pulpo``."""
    lines = "\n".join(f"{name} = {value}" for name, value in entries.items())
    info = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[pulpo]\n{lines}\n")
    for module, source in modules.items():
        (site / f"{module}.py").write_text(textwrap.dedent(source))

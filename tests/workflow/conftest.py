from __future__ import annotations

import pytest

from support.act import Act, installed


@pytest.fixture(scope="session")
def act(tmp_path_factory: pytest.TempPathFactory) -> Act:
    """act, on a repository of its own."""
    return installed(tmp_path_factory.mktemp("act"))

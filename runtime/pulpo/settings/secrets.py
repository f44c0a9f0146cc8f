"""What is never shown: passwords in URLs, values under a name that says secret, and `SecretStr`."""

from __future__ import annotations

import re
from typing import Any

from pydantic import SecretBytes, SecretStr

HIDDEN = "***"
# A password may itself hold "@" or ":", so everything up to the last "@" before the end is taken.
_USERINFO = re.compile(r"(?<=://)([^/:@?#]*):(.*)@")
_QUERY = re.compile(r"(?i)([?&][\w.-]*(?:password|passwd|secret|token|key)[\w.-]*=)[^&#]*")
_SECRET_NAME = re.compile(r"(?i)password|passwd|passphrase|secret|token|credential|authorization|(^|_|-)(api_?)?key$")


def shown(name: str, value: Any) -> Any:
    """Return ``value`` as a person may see it; ``name`` is the last part of its key. Lists become lists of it."""
    if isinstance(value, SecretStr | SecretBytes):
        return HIDDEN
    if isinstance(value, int | float) and name.endswith("tokens"):
        return value  # of a language model, counted
    if _SECRET_NAME.search(name) and value not in (None, "", False, True):
        return HIDDEN
    if isinstance(value, str):
        return _QUERY.sub(rf"\1{HIDDEN}", _USERINFO.sub(rf"\1:{HIDDEN}@", value))
    if isinstance(value, dict):
        return {key: shown(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [shown(name, item) for item in value]
    return value

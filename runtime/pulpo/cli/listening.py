"""The address a server takes, and the words for one that is taken."""

from __future__ import annotations

import socket

from pulpo.errors import SettingsError

BACKLOG = 2048
"""Connections the system holds while the application is busy or starting."""


def bind(host: str, port: int) -> socket.socket:
    """Listen on ``host`` and ``port``; raises `SettingsError` when the address cannot be had.

    It listens at once, before the application is up: until then a second server must find the address taken.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"cannot listen on {host}:{port} ({error.strerror or error}); "
            "stop what listens there, or choose another address with --host and --port",
            source="settings",
            key="port",
        ) from error
    return listener

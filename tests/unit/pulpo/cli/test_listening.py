import socket

import pytest

from pulpo.cli.listening import bind
from pulpo.errors import SettingsError


def test_the_address_is_held_from_then_on(free_port: int) -> None:
    with bind("127.0.0.1", free_port):
        socket.create_connection(("127.0.0.1", free_port), timeout=60).close()
        with pytest.raises(SettingsError, match=rf"cannot listen on 127\.0\.0\.1:{free_port} .*in use.*--port"):
            bind("127.0.0.1", free_port)
    bind("127.0.0.1", free_port).close()


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"cannot listen on 192\.0\.2\.1:0"):
        bind("192.0.2.1", 0)

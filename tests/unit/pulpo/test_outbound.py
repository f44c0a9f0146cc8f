"""The client of tools, against a real server on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest

from pulpo.errors import AddressRefusedError
from pulpo.outbound import http_client, is_public

HERE = ["127.0.0.1/32"]


class Handler(BaseHTTPRequestHandler):
    """Says how it was called, and redirects to wherever the path says."""

    def do_GET(self) -> None:
        to = self.path.removeprefix("/to/")
        self.send_response(302 if to != self.path else 200)
        if to != self.path:
            self.send_header("Location", f"http://{to}/")
        self.end_headers()
        self.wfile.write(self.headers["Host"].encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        return


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


class Names:
    """A resolver with answers of its own, one after the other."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return [self.answers.pop(0)]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "[::ffff:127.0.0.1]",
        "100.64.0.1",
    ],
)
async def test_what_is_not_public_is_refused(host: str, port: int) -> None:
    async with http_client() as client:
        with pytest.raises(AddressRefusedError, match="not a public address"):
            await client.get(f"http://{host}:{port}/")


async def test_what_is_allowed_is_reached_under_its_own_name(port: int) -> None:
    names = Names("127.0.0.1")
    async with http_client(allow=HERE, resolve=names) as client:
        answer = await client.get(f"http://tides.example:{port}/")
    assert (answer.text, names.asked) == (f"tides.example:{port}", ["tides.example"])


async def test_control_a_plain_client_reaches_it(port: int) -> None:
    import httpx

    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"http://127.0.0.1:{port}/")).status_code == 200


async def test_every_hop_of_a_redirect_is_checked(port: int) -> None:
    async with http_client(allow=HERE, resolve=Names("127.0.0.1"), follow_redirects=True) as client:
        with pytest.raises(AddressRefusedError):
            await client.get(f"http://tides.example:{port}/to/169.254.169.254")


async def test_a_name_is_resolved_once_and_reached_where_it_was_checked(port: int) -> None:
    rebinding = Names("127.0.0.1", "10.0.0.1")
    async with http_client(allow=HERE, resolve=rebinding) as client:
        assert (await client.get(f"http://rebinding.example:{port}/")).status_code == 200
        with pytest.raises(AddressRefusedError):
            await client.get(f"http://rebinding.example:{port}/")
    assert len(rebinding.asked) == 2, "once a request, and not once more to connect"


async def test_one_private_address_among_public_ones_is_enough(port: int) -> None:
    async def both(host: str, port: int) -> Sequence[str]:
        return ["8.8.8.8", "10.0.0.1"]

    async with http_client(resolve=both) as client:
        with pytest.raises(AddressRefusedError):
            await client.get("http://both.example/")


async def test_proxies_of_the_environment_are_not_used(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with http_client(allow=HERE) as client:
        assert (await client.get(f"http://127.0.0.1:{port}/")).status_code == 200


@pytest.mark.parametrize("option", ["proxy", "mounts", "transport"])
def test_what_would_lead_past_the_check_is_refused(option: str) -> None:
    with pytest.raises(TypeError, match=f"{option} would reach addresses unchecked"):
        http_client(**{option: "http://127.0.0.1:1"})


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("::", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::a00:1", False),
        ("64:ff9b::808:808", True),
        ("64:ff9b:1::a00:1", False),
        ("::10.0.0.1", False),
        ("192.0.0.192", False),
        ("fec0::1", False),
        ("2002:a00:1::1", False),
    ],
)
def test_an_address_is_public_or_not(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public

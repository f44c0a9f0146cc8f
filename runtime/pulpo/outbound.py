"""An HTTP client for tools that reaches public addresses alone.

An address in a tool's argument may come from anybody, and the server stands in a network with a database, a cloud's
metadata service and an admin's router. Every request, also each hop of a redirect, is resolved here, refused unless
all addresses of its host are public, and sent to the very address that was checked: a name that resolves to another
one a moment later (DNS rebinding) gains nothing. Proxies of the environment are not used, for they resolve themselves.

A request tells the trace that its tool call belongs to (``traceparent``, ``tracestate``), unless the tool says another.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pulpo.errors import AddressRefusedError
from pulpo.tracing import trace_headers

if TYPE_CHECKING:
    import httpx

Address: TypeAlias = IPv4Address | IPv6Address
Resolve: TypeAlias = "Callable[[str, int], Awaitable[Sequence[str]]]"

SECONDS: Final = 5.0
_NAT64: Final = IPv6Network("64:ff9b::/96")
# Not of the whole internet, whatever older Pythons say: special purposes (a cloud's metadata is at 192.0.0.192), and
# what sites gave themselves before there was fc00::/7 (IANA's registries; RFC 3879).
_SPECIAL: Final = (ip_network("192.0.0.0/24"), ip_network("fec0::/10"), ip_network("64:ff9b:1::/48"))
_AROUND: Final = frozenset({"mounts", "proxy", "transport"})
_PORTS: Final = {"http": 80, "https": 443}


def http_client(*, allow: Sequence[str] = (), resolve: Resolve | None = None, **options: Any) -> httpx.AsyncClient:
    """Return an `httpx.AsyncClient` for public addresses; use it with ``async with``.

    ``allow`` are networks that may be reached although they are not public (``10.1.0.0/16``). ``options`` are those of
    `httpx.AsyncClient`; without a ``timeout`` each step has 5 seconds, and redirects are followed only with
    ``follow_redirects``. Requests raise `AddressRefusedError`, or what httpx raises. Needs ``pulpoai[http]``.

    Raises `TypeError` for options that would lead past the check.
    """
    if around := sorted(_AROUND & options.keys()):
        raise TypeError(f"{around[0]} would reach addresses unchecked: use an httpx.AsyncClient of your own for that")
    try:
        import httpx
    except ImportError as error:
        raise ImportError("the HTTP client for tools needs httpx: pip install 'pulpoai[http]'") from error

    allowed = [ip_network(each) for each in allow]

    def may(address: Address) -> bool:
        return is_public(address) or any(address in network for network in allowed)

    class Checked(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            url = request.url
            pinned = await _checked(url.scheme, url.host, url.port, may, resolve or _resolve)
            # The name stays in Host and in TLS, where the certificate is checked against it.
            return await super().handle_async_request(
                httpx.Request(
                    request.method,
                    url.copy_with(host=pinned),
                    headers={**trace_headers(), **request.headers},
                    stream=request.stream,
                    extensions={**request.extensions, "sni_hostname": url.host},
                )
            )

    # No connection is kept: it would be known by its address, and serve another name than the one it was checked for.
    transport = Checked(verify=options.pop("verify", True), limits=httpx.Limits(max_keepalive_connections=0))
    return httpx.AsyncClient(**{"timeout": SECONDS, **options, "transport": transport, "trust_env": False})


def is_public(address: Address) -> bool:
    """Whether ``address`` is one of the whole internet, also when it holds an IPv4 address in some wrapping."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    special = address.is_multicast or address.is_reserved or any(address in network for network in _SPECIAL)
    return address.is_global and not special


async def _checked(scheme: str, host: str, port: int | None, may: Callable[[Address], bool], resolve: Resolve) -> str:
    """Return the one address to go to; raises `AddressRefusedError`."""
    if scheme not in _PORTS:
        raise AddressRefusedError(f"{scheme}: is not http or https", host=host)
    try:
        found = [str(ip_address(host))]
    except ValueError:
        found = list(await resolve(host, port or _PORTS[scheme]))
    if not found or not all(may(ip_address(each.partition("%")[0])) for each in found):
        raise AddressRefusedError(
            f"{host} is not a public address; let tools reach it with http_client(allow=[…])", host=host
        )
    return found[0]


async def _resolve(host: str, port: int) -> Sequence[str]:
    import anyio

    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]

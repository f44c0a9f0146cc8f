"""Plugins' routes, on trial."""

from __future__ import annotations

import msgspec
import pytest

import pulpo
from pulpo.http.operations import Call, Operation
from pulpo.http.routes import address, mount
from pulpo.plugins import Catalogue, load_plugins


class Body(msgspec.Struct):
    name: str


async def handler(_request: pulpo.RouteRequest) -> Body:
    return Body("x")


async def core(_call: Call) -> None:
    return None


RESERVED = (Operation(method="GET", path="/chat/{id}", scope="chat", handler=core, summary=""),)


def route(path: str, method: str = "GET", **more: object) -> pulpo.Route:
    fields = {"scope": "chat", "handler": handler, "summary": "", "response": Body, **more}
    return pulpo.Route(method=method, path=path, **fields)


class Plugin:
    def __init__(self, *routes: pulpo.Route) -> None:
        self.routes = routes

    @pulpo.hookimpl
    def pulpo_register_routes(self) -> tuple[pulpo.Route, ...]:
        return self.routes


def catalogue(**plugins: Plugin) -> Catalogue:
    return load_plugins(only=(), extra=list(plugins.items()))


def test_routes_become_operations_of_their_plugin() -> None:
    mounted = mount(
        catalogue(one=Plugin(route("/one/{place_id}", "PUT", body=Body, status=201)), two=Plugin(route("/two"))),
        reserved=RESERVED,
    )
    first, second = mounted.operations
    assert (first.id, first.tag, first.status, first.body, first.response) == ("putOnePlaceId", "one", 201, Body, Body)
    assert (second.id, second.tag) == ("getTwo", "two")
    assert [record.reason for record in mounted.records] == ["", ""]


@pytest.mark.parametrize(
    "bad",
    [route("/two/"), route("/chat/{other}"), route("/x", "FETCH"), route("/x", scope=""), route("/x", body=object)],
)
def test_one_plugins_mistake_is_not_anothers(bad: pulpo.Route) -> None:
    mounted = mount(catalogue(bad=Plugin(route("/bad"), bad), good=Plugin(route("/good"))), reserved=RESERVED)
    assert [it.path for it in mounted.operations] == ["/good"]
    reasons = {record.name: record.reason for record in mounted.records}
    assert reasons["bad"].startswith("its routes are not mounted: ")
    assert reasons["good"] == ""


def test_two_plugins_name_a_shared_parameter_alike() -> None:
    mounted = mount(
        catalogue(one=Plugin(route("/x/{a}")), two=Plugin(route("/x/{b}", "PUT"))),
        reserved=RESERVED,
    )
    assert [it.path for it in mounted.operations] == ["/x/{a}"]


def test_a_route_without_a_type_may_answer_with_anything() -> None:
    (operation,) = mount(catalogue(one=Plugin(route("/x", response=None))), reserved=RESERVED).operations
    assert operation.content_type == "*/*"


def test_an_address_has_no_names() -> None:
    assert address("/a/{x}/b/{y}") == address("/a/{p}/b/{q}") != address("/a/{x}/b")

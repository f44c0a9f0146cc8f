"""The hooks a plugin may implement, in the order the runtime calls them.

A plugin is a module (or an object) named by an entry point of group ``pulpo``. Every hook is synchronous, is
called once at start, and returns typed values whose methods the runtime calls directly afterwards: a hook that
is not implemented costs nothing, and no hook is called during a turn. ``settings`` is an instance of the model
that the plugin's own `pulpo_settings` returned, or None.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from pulpo.contracts.canary import CanaryStrategy
from pulpo.contracts.commands import Command
from pulpo.contracts.console import ConsoleSection
from pulpo.contracts.events import MetricSink
from pulpo.contracts.planners import PlannerFactory
from pulpo.contracts.policies import Policy
from pulpo.contracts.routes import Route
from pulpo.contracts.runtime import Runtime
from pulpo.contracts.tools import Tool, ToolSource
from pulpo.conversation import Workspace

if TYPE_CHECKING:
    from pydantic import BaseModel

PROJECT = "pulpo"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class ConfigurationHooks:
    """Called first, before anything of the plugin is used."""

    @hookspec
    def pulpo_settings(self) -> type[BaseModel]:
        """Return the pydantic model of the plugin's section ``[plugins.<name>]``.

        Called right after the plugin's import. The section is validated by the model (give it
        ``extra="forbid"``), and the instance is handed to every later hook of this plugin as ``settings``.

        >>> import pulpo
        >>> from pydantic import BaseModel
        >>> class Greeting(BaseModel, extra="forbid"):
        ...     word: str = "Hola"
        >>> @pulpo.hookimpl
        ... def pulpo_settings():
        ...     return Greeting
        """
        raise NotImplementedError  # pragma: no cover - pluggy never calls a specification

    @hookspec
    def pulpo_migrations(self) -> Path:
        """Return the folder of the plugin's alembic revisions, a branch of its own labelled with its name.

        Called by ``pulpo db upgrade`` and at start, before any lifespan.

        >>> import pulpo
        >>> from pathlib import Path
        >>> @pulpo.hookimpl
        ... def pulpo_migrations():
        ...     return Path("my_plugin") / "migrations"
        """
        raise NotImplementedError  # pragma: no cover


class RegistrationHooks:
    """Called once each, plugin by plugin in order of name; what they return is flattened into plain dicts."""

    @hookspec
    def pulpo_register_workspaces(self, settings: Any) -> Iterable[Workspace]:
        """Return the tenants this plugin knows; ``[workspaces.<id>]`` in the configuration overrides them.

        >>> import pulpo
        >>> @pulpo.hookimpl
        ... def pulpo_register_workspaces(settings):
        ...     return [pulpo.Workspace(id="salon", name="Salón Sol", tz="Europe/Madrid")]
        """
        raise NotImplementedError  # pragma: no cover

    @hookspec
    def pulpo_register_tools(self, settings: Any) -> Iterable[Tool | ToolSource]:
        """Return the plugin's tools, made with `pulpo.tool`, or sources of tools it learns of elsewhere.

        >>> import pulpo
        >>> @pulpo.tool(read_only=True)
        ... def say_hello(name: str) -> str:
        ...     "Greet somebody by name."
        ...     return f"Hola, {name}!"
        >>> @pulpo.hookimpl
        ... def pulpo_register_tools(settings):
        ...     return [say_hello]
        """
        raise NotImplementedError  # pragma: no cover

    @hookspec
    def pulpo_register_policies(self, settings: Any) -> Iterable[Policy]:
        """Return the plugin's policies; each is asked about messages, calls or answers, whatever it overrides.

        >>> import pulpo
        >>> class NoShouting(pulpo.Policy):
        ...     name = "no_shouting"
        ...     async def check_message(self, context):
        ...         if context.turn.text.isupper():
        ...             return pulpo.deny("shouting", text={"es": "Sin gritar.", "en": "Please don't shout."})
        ...         return pulpo.ALLOW
        >>> @pulpo.hookimpl
        ... def pulpo_register_policies(settings):
        ...     return [NoShouting()]
        """
        raise NotImplementedError  # pragma: no cover

    @hookspec
    def pulpo_register_canary_strategies(self, settings: Any) -> Iterable[CanaryStrategy]:
        """Return strategies that ``[canary] strategy`` may name; the chosen one is compiled once.

        >>> import pulpo
        >>> class Spanish:
        ...     name = "spanish"
        ...     config = None
        ...     def compile(self, config):
        ...         return lambda context: pulpo.Match("es") if context.locale.startswith("es") else None
        >>> @pulpo.hookimpl
        ... def pulpo_register_canary_strategies(settings):
        ...     return [Spanish()]
        """
        raise NotImplementedError  # pragma: no cover

    @hookspec
    def pulpo_register_metric_sinks(self, settings: Any) -> Iterable[MetricSink]:
        """Return receivers of events. A sink that raises is ignored and counted.

        >>> import pulpo
        >>> class Counter:
        ...     name = "counter"
        ...     turns = 0
        ...     @property
        ...     def handlers(self):
        ...         return {pulpo.TurnFinished: self.count}
        ...     def count(self, event):
        ...         self.turns += 1
        >>> @pulpo.hookimpl
        ... def pulpo_register_metric_sinks(settings):
        ...     return [Counter()]
        """
        raise NotImplementedError  # pragma: no cover

    @hookspec
    def pulpo_register_planners(self, settings: Any) -> Iterable[PlannerFactory]:
        """Return planners that ``[variants.<name>] planner`` may name.

        >>> import pulpo
        >>> class Echo:
        ...     name = "echo"
        ...     config = None
        ...     def build(self, config, tools):
        ...         return self
        ...     async def next_step(self, context):
        ...         yield pulpo.Answer(context.turn.text)
        >>> @pulpo.hookimpl
        ... def pulpo_register_planners(settings):
        ...     return [Echo()]
        """
        raise NotImplementedError  # pragma: no cover

    @hookspec
    def pulpo_register_routes(self, settings: Any) -> Iterable[Route]:
        """Return HTTP routes; the runtime mounts, guards, validates and documents them.

        >>> import pulpo
        >>> from msgspec import Struct
        >>> class Pong(Struct):
        ...     pong: bool
        >>> async def ping(request):
        ...     return Pong(True)
        >>> @pulpo.hookimpl
        ... def pulpo_register_routes(settings):
        ...     return [pulpo.Route(method="GET", path="/ping", scope="chat", handler=ping,
        ...                         summary="Answer a ping", response=Pong)]
        """
        raise NotImplementedError  # pragma: no cover

    @hookspec
    def pulpo_register_commands(self, settings: Any) -> Iterable[Command]:
        """Return commands, each a ``pulpo NAME`` of the plugin's own, made with click.

        The hook is called with the others; a command's ``load`` only when the command is used. The runtime's own
        commands go before one of the same name, which `pulpo check` points out.

        >>> import pulpo
        >>> def load():
        ...     import click
        ...     @click.command()
        ...     @click.argument("harbour")
        ...     @click.pass_obj
        ...     def tides(api, harbour):
        ...         click.echo(api.call("GET", "/tides/{harbour}", parameters={"harbour": harbour}).body)
        ...     return tides
        >>> @pulpo.hookimpl
        ... def pulpo_register_commands(settings):
        ...     return [pulpo.Command(name="tides", summary="Tell the tides.", load=load)]
        """
        raise NotImplementedError  # pragma: no cover

    @hookspec
    def pulpo_register_console_sections(self, settings: Any) -> Iterable[ConsoleSection]:
        """Return sections of the console: a script, and what it needs, in a folder of the plugin's own.

        >>> import pulpo, tempfile
        >>> from pathlib import Path
        >>> folder = Path(tempfile.mkdtemp())  # a plugin names its own: Path(__file__).parent / "console"
        >>> _ = (folder / "tides.js").write_text("export default { render(element) { element.append('15:40'); } };")
        >>> @pulpo.hookimpl
        ... def pulpo_register_console_sections(settings):
        ...     title = {"es": "Mareas", "en": "Tides"}
        ...     return [pulpo.ConsoleSection(id="tides", title=title, files=folder, module="tides.js")]
        """
        raise NotImplementedError  # pragma: no cover


class LifespanHooks:
    """Called when the server starts; what they open is closed in reverse order when it stops."""

    @hookspec
    def pulpo_lifespan(self, runtime: Runtime, settings: Any) -> AbstractAsyncContextManager[None]:
        """Return an async context manager that holds the plugin's connections open.

        It has 30 seconds to open; when it raises or takes longer the plugin is quarantined. It has 5 to close.

        >>> import pulpo
        >>> from contextlib import asynccontextmanager
        >>> @asynccontextmanager
        ... async def connection():
        ...     yield
        >>> @pulpo.hookimpl
        ... def pulpo_lifespan(runtime, settings):
        ...     return connection()
        """
        raise NotImplementedError  # pragma: no cover


SPECIFICATIONS = (ConfigurationHooks, RegistrationHooks, LifespanHooks)

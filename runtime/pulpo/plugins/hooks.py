"""One plugin's own hooks: whether they fit the specifications, and a typed way to call them.

pluggy reads the markers and checks the signatures; the hooks are then called plugin by plugin instead of all
together, so that it is known whose value is whose and one that raises hurts nobody else.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pluggy

from pulpo.contracts.runtime import Runtime
from pulpo.errors import PluginLoadError
from pulpo.hookspecs import PROJECT, SPECIFICATIONS
from pulpo.plugins.reasons import explained

if TYPE_CHECKING:
    from pydantic import BaseModel

PREFIX = "pulpo_"
SETTINGS_HOOK = "pulpo_settings"
MIGRATIONS_HOOK = "pulpo_migrations"
LIFESPAN_HOOK = "pulpo_lifespan"

Lifespan: TypeAlias = Callable[[Runtime], AbstractAsyncContextManager[None]]


def new_manager() -> pluggy.PluginManager:
    """Return a pluggy manager that knows every hook of PulpoAI."""
    manager = pluggy.PluginManager(PROJECT)
    for specification in SPECIFICATIONS:
        manager.add_hookspecs(specification)
    return manager


@dataclass(frozen=True, slots=True)
class PluginHooks:
    """The hooks that the plugin ``name`` implements; each method calls one of them and checks what came back."""

    name: str
    implementations: Mapping[str, tuple[pluggy.HookImpl, ...]]

    @classmethod
    def of(cls, manager: pluggy.PluginManager, plugin: object, *, name: str) -> PluginHooks:
        """Register ``plugin`` with ``manager`` and return its hooks.

        Raises `PluginLoadError` when it has an unknown hook, an unmarked one, or one with a wrong signature;
        the manager has then forgotten it.
        """
        _refuse_unmarked(manager, plugin, name)
        try:
            manager.register(plugin, name=name)
        except pluggy.PluginValidationError as error:
            raise _wrong_signature(manager, error, name) from error
        hooks = cls(name, _implementations(manager, plugin))
        try:
            hooks._refuse_misfits(manager)
        except PluginLoadError:
            manager.unregister(plugin)
            raise
        return hooks

    def settings_model(self) -> type[BaseModel] | None:
        """Return the model of the plugin's section, or None when it takes no settings."""
        from pydantic import BaseModel

        model = self._single(SETTINGS_HOOK)
        if model is None or (isinstance(model, type) and issubclass(model, BaseModel)):
            return model
        raise self._fault(SETTINGS_HOOK, f"returned {_shown(model)}: return a subclass of pydantic.BaseModel")

    def migrations(self) -> Path | None:
        """Return the folder of the plugin's alembic revisions, or None when it has no tables."""
        folder = self._single(MIGRATIONS_HOOK)
        if folder is None or (isinstance(folder, Path) and folder.is_dir()):
            return folder
        raise self._fault(MIGRATIONS_HOOK, f"returned {folder!r}: return the pathlib.Path of an existing folder")

    def lifespans(self, settings: BaseModel | None) -> tuple[Lifespan, ...]:
        """Return functions that open what the plugin holds open while the server runs; nothing is opened yet."""

        def opener(implementation: pluggy.HookImpl) -> Lifespan:
            return lambda runtime: _call(implementation, runtime=runtime, settings=settings)

        return tuple(opener(implementation) for implementation in self.implementations.get(LIFESPAN_HOOK, ()))

    def values(self, hook: str, settings: BaseModel | None) -> list[Any]:
        """Return everything that a registration ``hook`` returned."""
        values: list[Any] = []
        for implementation in self.implementations.get(hook, ()):
            with self._naming(hook):
                returned = _call(implementation, settings=settings)
                if not isinstance(returned, Iterable) or isinstance(returned, str | bytes | Mapping):
                    raise self._fault(hook, f"returned {_shown(returned)}: return a list")
                values += returned
        return values

    def _single(self, hook: str) -> Any:
        with self._naming(hook):
            returned = [_call(implementation) for implementation in self.implementations.get(hook, ())]
            return returned[-1] if returned else None

    @contextmanager
    def _naming(self, hook: str) -> Iterator[None]:
        """Let an error inside say which hook it comes from."""
        try:
            yield
        except PluginLoadError:
            raise
        except (Exception, SystemExit) as error:
            raise self._fault(hook, explained(error, stage="failed")) from error

    def _refuse_misfits(self, manager: pluggy.PluginManager) -> None:
        for hook, implementations in self.implementations.items():
            if not getattr(manager.hook, hook).has_spec() and not all(one.optionalhook for one in implementations):
                raise PluginLoadError(_unknown(hook, manager), plugin=self.name)
            for implementation in implementations:
                complaint = _misfit(implementation)
                if complaint:
                    raise self._fault(hook, complaint)

    def _fault(self, hook: str, complaint: str) -> PluginLoadError:
        return PluginLoadError(f"hook {hook} {complaint}", plugin=self.name)


def known_hooks(manager: pluggy.PluginManager) -> dict[str, tuple[str, ...]]:
    """Return the parameters of every hook that has a specification, by its name."""
    return {
        name: tuple(caller.spec.argnames)
        for name, caller in vars(manager.hook).items()
        if isinstance(caller, pluggy.HookCaller) and caller.spec is not None
    }


def _call(implementation: pluggy.HookImpl, **arguments: object) -> Any:
    # Parameters with a default are passed too: pluggy alone would leave `settings=None` at None, silently.
    wanted = (*implementation.argnames, *implementation.kwargnames)
    return implementation.function(**{key: arguments[key] for key in wanted if key in arguments})


def _implementations(manager: pluggy.PluginManager, plugin: object) -> dict[str, tuple[pluggy.HookImpl, ...]]:
    callers = manager.get_hookcallers(plugin) or []
    return {caller.name: tuple(one for one in caller.get_hookimpls() if one.plugin is plugin) for caller in callers}


def _refuse_unmarked(manager: pluggy.PluginManager, plugin: object, name: str) -> None:
    for attribute in dir(plugin):
        if not attribute.startswith(PREFIX) or manager.parse_hookimpl_opts(plugin, attribute) is not None:
            continue
        if inspect.isroutine(inspect.getattr_static(plugin, attribute)):
            if attribute in known_hooks(manager):
                raise PluginLoadError(f"function {attribute} lacks its marker: put @pulpo.hookimpl on it", plugin=name)
            raise PluginLoadError(_unknown(attribute, manager), plugin=name)


def _unknown(hook: str, manager: pluggy.PluginManager) -> str:
    known = sorted(known_hooks(manager))
    close = difflib.get_close_matches(hook, known, n=1)
    advice = f"did you mean {close[0]}?" if close else f"the hooks are {', '.join(known)}"
    return f"unknown hook {hook}: {advice}"


def _wrong_signature(manager: pluggy.PluginManager, error: pluggy.PluginValidationError, name: str) -> PluginLoadError:
    detail = " ".join(str(error).split())
    named = next((hook for hook in known_hooks(manager) if f"hook {hook!r}" in detail), "")
    takes = ", ".join(known_hooks(manager).get(named, ())) or "no parameters"
    return PluginLoadError(f"hook {named} has a wrong signature: it takes {takes} ({detail})", plugin=name)


def _misfit(implementation: pluggy.HookImpl) -> str:
    function = implementation.function
    if implementation.wrapper or implementation.hookwrapper:
        return "is a wrapper: a plugin is asked for its own values only, so there is nothing to wrap"
    if inspect.iscoroutinefunction(function):
        return "is async: hooks are plain functions; open connections in pulpo_lifespan"
    if inspect.isasyncgenfunction(function):
        return "is an async generator: put @contextlib.asynccontextmanager under @pulpo.hookimpl"
    return ""


def _shown(value: object) -> str:
    return repr(value) if value is None or isinstance(value, str | int | float) else f"a {type(value).__name__}"

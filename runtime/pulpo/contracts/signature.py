"""Reads a tool function's signature, once, when the tool is declared: its schema, its slots, its validation."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NotRequired, get_args, get_type_hints

from pulpo.contracts.slots import Slot
from pulpo.conversation import Json
from pulpo.errors import ToolArgumentsError


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters a planner fills in, and the name of the one that receives the call's context (or "")."""

    function: Callable[..., Any]
    annotations: Mapping[str, Any]
    parameters: Mapping[str, inspect.Parameter]
    context_parameter: str

    @classmethod
    def of(cls, function: Callable[..., Any], *, context: type[Any]) -> Signature:
        """Read ``function``; ``context`` is the type whose parameter is not the planner's to fill.

        Raises `TypeError`, naming the function and the parameter, when calls could not be made by name and type.
        """
        parameters = inspect.signature(function).parameters
        hints = _hints(function, parameters, context)
        for name, parameter in parameters.items():
            if name not in hints:
                raise _impossible(function, name, "needs a type annotation")
            if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                raise _impossible(function, name, "must be one that can be given by name (no *args, **kwargs or /)")
        receives = next((name for name in parameters if hints[name] is context), "")
        annotations = {name: hints[name] for name in parameters if name != receives}
        return cls(function, annotations, parameters, receives)

    @property
    def required(self) -> tuple[str, ...]:
        """The parameters without a default."""
        return tuple(name for name in self.annotations if self.parameters[name].default is inspect.Parameter.empty)

    @property
    def slots(self) -> dict[str, Slot]:
        """How a chat asks for each parameter."""
        return {
            name: next((extra for extra in _extras(hint) if isinstance(extra, Slot)), Slot())
            for name, hint in self.annotations.items()
        }

    @property
    def types(self) -> dict[str, Any]:
        """The bare type of each parameter."""
        return {name: get_args(hint)[0] if _extras(hint) else hint for name, hint in self.annotations.items()}

    def compile(self, tool: str) -> tuple[dict[str, Json], Callable[[Mapping[str, Json]], dict[str, Any]]]:
        """Return the JSON schema and the validation, which raises `ToolArgumentsError` naming ``tool``.

        Raises `TypeError`, naming the function and the parameter, for a type that JSON cannot say.
        """
        from pydantic.errors import PydanticUserError

        try:
            adapter = _adapter(self.annotations, self.required)
            schema = adapter.json_schema()
        except PydanticUserError as error:
            raise self._blamed(error) from error
        schema.pop("title", None)
        for name, described in schema.get("properties", {}).items():
            described.pop("title", None)
            self._add_default(name, described)
        return schema, _binding(tool, adapter.validator.validate_python)

    def _add_default(self, name: str, described: dict[str, Json]) -> None:
        from pydantic_core import PydanticSerializationError, to_jsonable_python

        default = self.parameters[name].default
        if default is not inspect.Parameter.empty and default is not None:
            try:
                described["default"] = to_jsonable_python(default)
            except PydanticSerializationError as error:
                raise _impossible(self.function, name, f"has a default that is not JSON ({error})") from error

    def _blamed(self, error: Exception) -> TypeError:
        """Find the parameter that has no schema by asking for each alone."""
        from pydantic.errors import PydanticUserError

        for name, hint in self.annotations.items():
            try:
                _adapter({name: hint}, (name,)).json_schema()
            except PydanticUserError as alone:
                return _impossible(self.function, name, f"has a type that JSON cannot say: {alone.message}")
        return _impossible(self.function, ", ".join(self.annotations), f"cannot become a schema: {error}")


def _hints(
    function: Callable[..., Any], parameters: Mapping[str, inspect.Parameter], context: type[Any]
) -> dict[str, Any]:
    """Resolve the annotations; a tool's module may import the context's type for type checking alone."""
    try:
        return get_type_hints(function, include_extras=True, localns={context.__name__: context})
    except NameError as error:
        names = (name for name, parameter in parameters.items() if str(error.name) in str(parameter.annotation))
        raise _impossible(function, next(names, "?"), f"has an annotation that names nothing: {error}") from error


def _adapter(annotations: Mapping[str, Any], required: tuple[str, ...]) -> Any:
    """A pydantic adapter over a TypedDict, so that validating returns the keyword arguments themselves."""
    # Imported here: `import pulpo` must not pay for pydantic.
    from pydantic import ConfigDict, Field, TypeAdapter, with_config
    from typing_extensions import TypedDict

    def described(hint: Any) -> Any:
        text = next((extra for extra in _extras(hint) if isinstance(extra, str)), "")
        return Annotated[hint, Field(description=text)] if text else hint

    fields = {
        name: described(hint) if name in required else NotRequired[described(hint)]
        for name, hint in annotations.items()
    }
    make: Any = TypedDict  # mypy accepts only a literal dictionary; this one is read from a signature
    return TypeAdapter(with_config(ConfigDict(extra="forbid"))(make("Arguments", fields)))


def _binding(
    tool: str, validate: Callable[[Mapping[str, Json]], dict[str, Any]]
) -> Callable[[Mapping[str, Json]], dict[str, Any]]:
    from pydantic import ValidationError

    def bind(arguments: Mapping[str, Json]) -> dict[str, Any]:
        try:
            return validate(arguments)
        except ValidationError as error:
            raise ToolArgumentsError(tool=tool, problems=_problems(error)) from None

    return bind


def _problems(error: Any) -> list[str]:
    return [
        f"{'.'.join(map(str, detail['loc'])) or 'arguments'}: {detail['msg']}"
        for detail in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _extras(hint: Any) -> tuple[Any, ...]:
    return getattr(hint, "__metadata__", ())


def check_alike(function: Callable[..., Any], tool: Callable[..., Any], *, role: str) -> None:
    """Raise `TypeError` unless ``function``, a tool's ``role``, can be awaited with the tool's own arguments."""
    if inspect.isfunction(function) and not inspect.iscoroutinefunction(function):
        raise TypeError(f"tool {tool.__name__}: its {role} {function.__name__} must be async")
    parameters = inspect.signature(tool).parameters
    try:
        inspect.signature(function).bind(**dict.fromkeys(parameters))
    except TypeError as error:
        wanted = ", ".join(parameters)
        raise TypeError(f"tool {tool.__name__}: its {role} must take ({wanted}), as the tool does: {error}") from None


def _impossible(function: Callable[..., Any], parameter: str, why: str) -> TypeError:
    return TypeError(f"tool {function.__name__}: parameter {parameter!r} {why}")

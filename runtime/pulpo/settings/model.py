"""Every setting of the core, its default and its limits. ``examples/config/pulpo.toml`` shows them all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from pulpo.settings.rates import parse_rate

_STRICT = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Exponent(float):
    """A number that a file writes with an exponent."""


def _refuse_exponent(value: Any) -> Any:
    # Cut off after its first character, `1e-3` would send every conversation to the canary.
    if isinstance(value, Exponent):
        raise ValueError(f"write it without an exponent: {float(value):f}".rstrip("0"))
    return value


def _refuse_truth(value: Any) -> Any:
    # `true` is 1 to pydantic: a slip of the pen would send every conversation to the canary.
    if isinstance(value, bool):
        raise ValueError("expected a number, not true or false")
    return value


def _split(value: Any) -> Any:
    """Read ``a, b`` as a list: an environment variable has no other short way to write one."""
    if isinstance(value, str):
        return tuple(name for part in value.split(",") if (name := part.strip()))
    return value


def _fraction(value: float) -> float:
    if 0 <= value <= 1:
        return value
    hint = f": write {value / 100:g} for {value:g} %" if 1 < value <= 100 else ""
    raise ValueError(f"{value:g} is not a fraction between 0 and 1{hint}")


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{value!r} is not an IANA time zone such as Europe/Madrid") from error
    return value


def _database(value: str) -> str:
    # The value may hold a password, so the message must not show it.
    if re.match(r"(sqlite|postgresql)(\+\w+)?://", value):
        return value
    raise ValueError("expected a database URL such as sqlite:///pulpo.db or postgresql://user@host/pulpo")


def _web(value: str) -> str:
    if re.match(r"https?://[^/]", value):
        return value
    raise ValueError("expected a URL such as http://127.0.0.1:9090")


def _rate(value: str) -> str:
    parse_rate(value)
    return value


def _counters(value: str) -> str:
    # The value may hold a password, so the message must not show it.
    if re.match(r"(redis|rediss|valkey|valkeys|unix)://", value):
        return value
    raise ValueError("expected a URL such as redis://127.0.0.1:6379/0 or unix:///run/valkey.sock")


Count = Annotated[int, BeforeValidator(_refuse_truth), Field(ge=1)]
Seconds = Annotated[float, BeforeValidator(_refuse_truth), Field(gt=0)]
Port = Annotated[int, BeforeValidator(_refuse_truth), Field(ge=0, le=65535)]
Fraction = Annotated[
    float, BeforeValidator(_refuse_exponent), BeforeValidator(_refuse_truth), AfterValidator(_fraction)
]
Rate = Annotated[Fraction, Field(gt=0)]
Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
Zone = Annotated[str, AfterValidator(_zone)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
CounterUrl = Annotated[str, AfterValidator(_counters)]
RateText = Annotated[str, AfterValidator(_rate)]
WebUrl = Annotated[str, AfterValidator(_web)]
Named = Annotated[str, Field(min_length=1)]
Dollars = Annotated[float, BeforeValidator(_refuse_truth), Field(ge=0)]


def contradiction(key: str, message: str) -> PydanticCustomError:
    """Two settings that are fine alone do not fit together; ``key`` is the dotted name of the one to change."""
    return PydanticCustomError("contradiction", "{message}", {"key": key, "message": message})


class TurnSettings(BaseModel):
    """Limits of one turn: seconds, counts, and characters for ``max_message``.

    ``assigned_deadline`` is how much of ``deadline`` the assigned variant may use before stable takes over (12 s, or
    60 % of a shorter deadline); ``lease`` is how long a dead process holds its conversation, ``wait`` how long a
    message waits for its turn. Past ``max_in_flight`` running turns a message is refused at once. ``max_tokens`` and
    ``max_cost`` (US dollars, by ``[prices]``; None: no limit) are what models may use until a variant has answered.
    """

    model_config = _STRICT

    deadline: Seconds = 20.0
    assigned_deadline: Seconds = Field(default_factory=lambda given: min(12.0, 0.6 * given.get("deadline", 20.0)))
    max_steps: Count = 8
    max_calls: Count = 8
    max_tokens: Count = 100_000
    max_cost: Annotated[float, BeforeValidator(_refuse_truth), Field(gt=0)] | None = None
    lease: Seconds = 5.0
    wait: Annotated[float, BeforeValidator(_refuse_truth), Field(ge=0)] = 10.0
    max_message: Count = 4000
    max_in_flight: Count = 1000

    @model_validator(mode="after")
    def _assigned_ends_first(self) -> TurnSettings:
        if self.assigned_deadline > self.deadline:
            raise contradiction(
                "turns.assigned_deadline",
                f"{self.assigned_deadline:g} s is longer than the whole turn (turns.deadline = {self.deadline:g} s)",
            )
        return self


class BreakerSettings(BaseModel):
    """When a tool's circuit breaker opens and for how long; see `pulpo.resilience.breaker`. Times are in seconds,
    rates are fractions of the last ``window`` calls."""

    model_config = _STRICT

    window: Count = 20
    minimum: Count = 5
    failure_rate: Rate = 0.5
    slow: Seconds = 5.0
    slow_rate: Rate = 0.8
    open_for: Seconds = 5.0
    growth: Annotated[float, BeforeValidator(_refuse_truth), Field(ge=1)] = 2.0
    open_most: Seconds = 120.0

    @model_validator(mode="after")
    def _possible(self) -> BreakerSettings:
        if self.minimum > self.window:
            raise contradiction(
                "breakers.minimum", f"{self.minimum} calls never fit the window (breakers.window = {self.window})"
            )
        if self.open_for > self.open_most:
            raise contradiction(
                "breakers.open_for", f"{self.open_for:g} s is longer than breakers.open_most = {self.open_most:g} s"
            )
        return self


class RetrySettings(BaseModel):
    """How read-only and idempotent tools are tried again; see `pulpo.resilience.retry`. ``attempts`` count the first
    one, ``first_wait`` is in seconds, ``budget`` and ``deposit`` in retries."""

    model_config = _STRICT

    attempts: Count = 3
    first_wait: Seconds = 0.1
    deposit: Annotated[float, BeforeValidator(_refuse_truth), Field(ge=0)] = 0.1
    budget: Annotated[float, BeforeValidator(_refuse_truth), Field(ge=0)] = 10.0


class RateLimitSettings(BaseModel):
    """How often, as ``60/minute`` or ``5/10 seconds``; None is no limit. ``key``, ``workspace`` and ``user`` limit
    messages, ``tool`` the calls of each tool, ``tools`` those of single ones. All are counted by workspace.

    With a ``url`` replicas count together in the Valkey or Redis there; each alone without one, or while it is away.
    """

    model_config = _STRICT

    url: CounterUrl | None = None
    key: RateText | None = None
    workspace: RateText | None = None
    user: RateText | None = None
    tool: RateText | None = None
    tools: dict[str, RateText] = {}


class ApprovalSettings(BaseModel):
    """Calls that wait for an operator, for ``lifetime`` seconds at most."""

    model_config = _STRICT

    lifetime: Seconds = 86400.0


class RetentionSettings(BaseModel):
    """Seconds after which a thing is forgotten; None keeps conversations for ever. A sweep begins each
    ``interval`` seconds."""

    model_config = _STRICT

    idempotency: Seconds = 86400.0
    approvals: Seconds = 2592000.0
    conversations: Seconds | None = None
    interval: Seconds = 60.0


class VariantSettings(BaseModel):
    """A named planner; ``settings`` is validated by the planner's own model."""

    model_config = _STRICT

    planner: Named = "rules"
    settings: dict[str, Any] = {}


class PriceSettings(BaseModel):
    """What a model costs, in US dollars for a million tokens; ``cached`` are those read from the provider's cache
    (as dear as ``input`` unless it is said)."""

    model_config = _STRICT

    currency: Literal["USD"] = "USD"
    input: Dollars
    output: Dollars
    cached: Dollars = Field(default_factory=lambda given: given.get("input", 0.0))


class RolloutSettings(BaseModel):
    """How the canary's share grows by itself; ``steps`` are fractions, the last one is usually 1. Times are seconds.

    A first step of 0 is planned in the shadow alone, until ``shadow_comparisons`` turns were compared and surely the
    fraction ``shadow_agreement`` of them agrees.

    A step lasts at least ``minimum_time`` and until ``minimum_units`` users were in the canary; after
    ``maximum_time`` undecided it is held, and it is paused while one of ``objectives`` has no error budget left.
    After a rollback nothing begins for ``cooldown``. ``promote`` and ``rollback`` can be left to people. ``latency``
    (seconds) and ``tokens`` (a turn) say what is bad, and ``limits`` (fractions by guardrail) how many bad units are
    fine whatever stable does.
    """

    model_config = _STRICT

    steps: Annotated[tuple[Fraction, ...], Field(min_length=1)] = (0.01, 0.05, 0.1, 0.5, 1.0)
    minimum_time: Annotated[float, BeforeValidator(_refuse_truth), Field(ge=0)] = 600.0
    minimum_units: Count = 100
    maximum_time: Seconds = 7 * 86400.0
    cooldown: Annotated[float, BeforeValidator(_refuse_truth), Field(ge=0)] = 3600.0
    shadow_comparisons: Count = 200
    shadow_agreement: Annotated[Fraction, Field(lt=1)] = 0.95
    objectives: tuple[Literal["availability", "latency", "error_rate"], ...] = ("availability",)
    promote: bool = True
    rollback: bool = True
    latency: Seconds = 1.0
    tokens: Count = 20_000
    limits: dict[str, Fraction] = {}

    @field_validator("steps", mode="after")
    @classmethod
    def _growing(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if value[-1] <= 0 or any(after <= before for before, after in pairwise(value)):
            raise ValueError("expected fractions that grow, such as [0.01, 0.1, 0.5, 1.0]; a first 0 is shadow alone")
        return value


class CanarySettings(BaseModel):
    """Which new conversations go to ``variant``; ``percentage`` is a fraction, 0.1 is 10 %.

    ``deny_…`` wins over ``allow_…``, and both over the strategy. ``settings`` is for strategies that know more words
    than these; the strategy's own model validates it. ``kill`` sends everybody to stable, whatever the API says;
    ``locked`` forbids the API to change anything but to kill. With a ``[canary.rollout]`` the share is the rollout's.
    ``shadow`` is the fraction of stable's turns that ``variant`` plans too, unseen and without effects.
    """

    model_config = _STRICT

    kill: bool = False
    locked: bool = False
    deny_users: Names = ()
    deny_workspaces: Names = ()
    allow_users: Names = ()
    allow_workspaces: Names = ()
    enabled: bool = False
    percentage: Fraction = 0.0
    shadow: Fraction = 0.0
    strategy: Named = "percentage"
    variant: Named = "canary"
    seed: str = ""
    settings: dict[str, Any] = {}
    rollout: RolloutSettings | None = None


class WorkspaceSettings(BaseModel):
    """What ``[workspaces.<id>]`` changes of a workspace a plugin registered; None leaves it as it is."""

    model_config = _STRICT

    name: str | None = None
    languages: Names | None = None
    tz: Zone | None = None
    region: str | None = None


class PluginsSettings(BaseModel):
    """Which plugins are loaded, and each one's own table.

    ``allow`` None means every installed plugin. ``[plugins.<name>]`` tables are collected into ``sections`` and
    validated later by the model of the plugin.
    """

    model_config = _STRICT

    allow: Names | None = None
    deny: Names = ()
    required: Names = ()
    strict: bool = False
    sections: dict[str, dict[str, Any]] = {}

    @model_validator(mode="before")
    @classmethod
    def _collect_sections(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        tables = {name: item for name, item in value.items() if _is_section(name, item)}
        rest = {name: item for name, item in value.items() if name not in tables}
        return {**rest, "sections": {**rest.get("sections", {}), **tables}} if tables else rest


def _is_section(name: str, value: Any) -> bool:
    return name not in PluginsSettings.model_fields and isinstance(value, Mapping)


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Where settings were loaded from: the ``file`` (also one that is not there yet), and in ``given`` the dotted keys
    of the environment and the command line, with the names of their sources."""

    file: Path
    given: Mapping[str, str]

    def __eq__(self, other: object) -> bool:
        """Settings that say the same are the same, wherever they come from."""
        return other is None or isinstance(other, Origin)

    def __hash__(self) -> int:
        return hash(Origin)


class Settings(BaseSettings):
    """The whole configuration, immutable. Made directly it reads no file and no environment: see `load_settings`."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, env_prefix="PULPO_", env_nested_delimiter="__"
    )

    host: Named = "127.0.0.1"
    port: Port = 8000
    server: Literal["uvicorn", "granian"] = "uvicorn"
    drain_delay: Annotated[float, BeforeValidator(_refuse_truth), Field(ge=0, le=10)] = 1.0
    database_url: DatabaseUrl = "sqlite:///pulpo.db"
    database_wait: Annotated[float, BeforeValidator(_refuse_truth), Field(ge=0, le=600)] = 30.0
    log_level: Literal["debug", "info", "warning", "error", "critical"] = "info"
    prometheus_url: WebUrl | None = None
    alert_window: Annotated[float, BeforeValidator(_refuse_truth), Field(ge=5, le=600)] = 300.0
    default_workspace: Named = "demo"
    region_header: str = ""
    turns: TurnSettings = TurnSettings()
    breakers: BreakerSettings = BreakerSettings()
    retries: RetrySettings = RetrySettings()
    rate_limit: RateLimitSettings = RateLimitSettings()
    approvals: ApprovalSettings = ApprovalSettings()
    retention: RetentionSettings = RetentionSettings()
    canary: CanarySettings = CanarySettings()
    variants: dict[str, VariantSettings] = Field(default={}, validate_default=True)
    prices: dict[str, PriceSettings] = {}
    workspaces: dict[str, WorkspaceSettings] = {}
    plugins: PluginsSettings = PluginsSettings()
    _origin: Origin | None = PrivateAttr(default=None)

    @property
    def origin(self) -> Origin | None:
        """Where these were loaded from, or None when a program made them directly."""
        return self._origin

    @field_validator("variants", mode="after")
    @classmethod
    def _always_stable_and_canary(cls, value: dict[str, VariantSettings]) -> dict[str, VariantSettings]:
        stable = value.get("stable", VariantSettings())
        return {"stable": stable, "canary": stable, **value}

    @model_validator(mode="after")
    def _canary_exists(self) -> Settings:
        if self.canary.variant not in self.variants:
            known = ", ".join(sorted(self.variants))
            raise contradiction(
                "canary.variant", f"there is no variant {self.canary.variant!r}; add a [variants] table or use: {known}"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what the caller gives: a test or an embedding program must not meet a stray variable."""
        return (init_settings,)

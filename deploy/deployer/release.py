"""What a release consists of: the steps of a deployment and of a rollback, in their order."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deployer import backups, checks, credentials, images, verify
from deployer import sbom as bill
from deployer.colours import BlueGreen
from deployer.engine import DeployError, Engine, run
from deployer.steps import Failure, Step
from deployer.verify import HopelessError, Site

APP = "pulpo-app"
SCOPES = ("chat", "channel", "metrics", "booking:read")
READY = "/health/ready"
READY_SECONDS = 90.0
MOST_ENDINGS = 5
"""More than a server reaches that ends because its database is away: it waits half a minute each time."""
TESTS = "unit,smoke,integration"
VERIFY_IDLE = "verify the idle colour"


@dataclass(slots=True, kw_only=True)
class Release:
    """One run of scripts/deploy.sh. ``site``, ``prometheus`` and ``grafana`` are addresses; an empty one is not
    deployed. ``services`` are compose's names of what is started; empty means all."""

    engine: Engine
    environ: Mapping[str, str]
    site: str
    prometheus: str = ""
    grafana: str = ""
    services: Sequence[str] = ()
    ports: Mapping[str, int]
    bind: str
    blue_green: BlueGreen | None = None
    run: Callable[..., str] = run
    before: images.Tags | None = None
    """What the tags meant before the first change; None until then."""

    def deploy(self, tag: str, *, tests: bool, backup: bool) -> list[Step]:
        """Return the steps that bring ``tag`` into service."""
        return [
            *self._pre_checks(),
            *([Step("tests", self._test)] if tests else []),
            Step("build", lambda: images.build(self.engine, tag, self.environ)),
            Step("settings", lambda: images.check_settings(self._with(tag), tag)),
            Step("migrations", lambda: images.check_migrations(self._with(tag), running=self._has_database())),
            *([Step("backup", self._back_up)] if backup else []),
            Step("tag", lambda: self._tag(lambda: images.promote(self.engine, tag)), changes=True),
            *self.start(),
        ]

    def build(self, tag: str, *, sbom: Path | None, archive: Path | None) -> list[Step]:
        """Return the steps that make the image ``tag``, its bill of materials and its archive, where asked for."""
        steps = [
            Step("engine", lambda: checks.check_engine(self.engine)),
            Step("disk", checks.check_disk),
            Step("build", lambda: images.build(self.engine, tag, self.environ)),
        ]
        if sbom is not None:
            steps.append(Step("bill of materials", lambda: bill.write(self.engine, tag, sbom.absolute())))
        if archive is not None:
            steps.append(Step("archive", lambda: images.save(self.engine, tag, archive.absolute())))
        return steps

    def roll_back(self) -> list[Step]:
        """Return the steps that bring the previous image back."""
        return [
            Step("engine", lambda: checks.check_engine(self.engine)),
            Step("tag", lambda: self._tag(lambda: images.swap(self.engine)), changes=True),
            *self.start(),
        ]

    def start(self) -> list[Step]:
        """Return the steps that start what is tagged latest and verify it."""
        if (colours := self.blue_green) is not None:
            return [
                Step("start the idle colour", colours.start_idle, changes=True),
                Step(VERIFY_IDLE, lambda: self._verify_idle(colours)),
                Step("switch", colours.switch, changes=True),
                *self._verification(colours.active_service),
                Step("stop the old colour", colours.stop_idle),
            ]
        return [
            Step("start", self._start, changes=True),
            *self._verification(lambda: APP),
        ]

    def undo(self, failure: Failure) -> str:
        """Bring back what ran before `deploy` and see that it answers; raises `DeployError`."""
        before = self.before
        if before is None:
            return "nothing was changed yet"
        images.restore(self.engine, before)
        if self.blue_green is not None:
            return self.blue_green.go_back()
        if before.latest is None:
            self.engine.service("stop", APP)
            return "there was nothing before this deployment: the application is stopped"
        self._start()
        return f"the version before is ready {self._ready(self.site)}"

    def undo_roll_back(self, failure: Failure) -> str:
        """Undo a rollback that somebody interrupted or that could not be started.

        One that runs and only fails its verification stays: whoever rolls back wants the other version even less.
        """
        if failure.interrupted or failure.step.changes or self._is_idle(failure.step):
            return self.undo(failure)
        return "no, the version before was kept; mend what failed, or run scripts/deploy.sh rollback to swap again"

    def _pre_checks(self) -> list[Step]:
        return [
            Step("engine", lambda: checks.check_engine(self.engine)),
            Step("files", lambda: checks.check_files(self.services)),
            Step("disk", checks.check_disk),
            Step("secrets", lambda: "made" if credentials.ensure() else "there"),
            Step("compose", lambda: checks.check_compose(self.engine)),
            Step(
                "ports",
                lambda: checks.check_ports(self.ports, bind=self.bind, running=checks.is_running(self.engine)),
            ),
        ]

    def _verification(self, service: Callable[[], str]) -> list[Step]:
        return [
            Step("application ready", lambda: self._comes_up(service(), self.site)),
            *(
                [Step("Prometheus healthy", lambda: self._answers(self.prometheus, "/-/healthy"))]
                if self.prometheus
                else []
            ),
            *([Step("Grafana healthy", lambda: self._answers(self.grafana, "/api/health"))] if self.grafana else []),
            Step("key", lambda: self._key(service(), self.site)),
            Step("smoke chat", lambda: verify.check_chat(self._site(self.site))),
            Step("metrics", lambda: verify.check_metrics(self._site(self.site), self._prometheus())),
            Step("canary", lambda: verify.check_canary(self._site(self.site))),
            Step("logs", lambda: verify.check_logs(self.engine, service())),
        ]

    def _verify_idle(self, colours: BlueGreen) -> str:
        address = colours.idle_address()
        waited = self._comes_up(colours.idle_service(), address)
        self._key(colours.idle_service(), address)
        return f"ready {waited}, {verify.check_chat(self._site(address))}"

    def _test(self) -> str:
        self.run(
            ("sh", "-c", f"python3 -m venv .venv && .venv/bin/pip install -q tox && .venv/bin/tox -e {TESTS}"),
            seconds=1800,
        )
        return TESTS

    def _start(self) -> str:
        self.engine.service("up", "--detach", "--no-build", "--remove-orphans", *self.services, seconds=600)
        return "started"

    def _tag(self, change: Callable[[], str]) -> str:
        self.before = images.tags(self.engine)
        return change()

    def _is_idle(self, step: Step) -> bool:
        """Whether the traffic had not been switched yet."""
        return step.name == VERIFY_IDLE

    def _back_up(self) -> str:
        if not self._has_database():
            return "there is no database yet"
        backup = backups.back_up(self.engine)
        restored = backups.try_restore(self.engine, backup)
        return f"{backup.name}, {backup.stat().st_size / 1e6:.1f} MB, restored on trial: {restored}"

    def _has_database(self) -> bool:
        return self.engine.is_up("postgres")

    def _with(self, tag: str) -> Engine:
        """The engine, with compose's application being ``tag``, which is not the latest yet."""
        environ = {**self.engine.environ, "PULPO_TAG": tag.rpartition(":")[2]}
        return Engine(
            command=self.engine.command,
            compose=self.engine.compose,
            files=self.engine.files,
            environ=environ,
            run=self.engine.run,
        )

    def _comes_up(self, service: str, address: str) -> str:
        """Wait until it is ready; a failure shows what it logged last, which mostly is the reason."""
        try:
            return verify.wait_until(self._look_at(service, address), seconds=READY_SECONDS)
        except DeployError as error:
            logged = self.engine.service("logs", "--no-color", "--tail", "5", service)
            raise DeployError(f"{error}\n  its log ends with\n{logged.rstrip()}") from None

    def _look_at(self, service: str, address: str) -> Callable[[], object]:
        """Return what asks whether a service is ready, and gives up one that keeps ending."""
        before = self.engine.restarts(service)

        def look() -> object:
            try:
                return Site(url=address).get(READY)
            except DeployError as error:
                ended = self.engine.restarts(service) - before
                if ended < MOST_ENDINGS:
                    raise
                raise HopelessError(f"{service} has ended {ended} times by itself: {error}") from None

        return look

    def _ready(self, address: str) -> str:
        return self._answers(address, READY)

    def _answers(self, address: str, path: str) -> str:
        return verify.wait_until(lambda: Site(url=address).get(path), seconds=READY_SECONDS)

    def _site(self, address: str) -> Site:
        return Site(url=address, key=credentials.read(credentials.KEY_FILE).get(credentials.KEY, ""))

    def _prometheus(self) -> Site | None:
        return Site(url=self.prometheus) if self.prometheus else None

    def _key(self, service: str, address: str) -> str:
        """Make the deployment's key if the database does not know the one at hand."""
        known = credentials.read(credentials.KEY_FILE)
        try:
            Site(url=address, key=known.get(credentials.KEY, "none")).get("/metrics/health")
        except DeployError:
            pass
        else:
            return "there"
        scopes = [part for scope in SCOPES for part in ("--scope", scope)]
        made = self.engine.service(
            "exec", "-T", service, "pulpo", "keys", "create", "--workspace", "demo", "--name", "deployment", *scopes
        )
        key = re.search(r"pulpo_[\w-]{43}", made)
        if key is None:
            raise DeployError(f"no key was made: {made.strip()[:200]}")
        credentials.write({credentials.KEY: key[0]}, credentials.KEY_FILE)
        return f"made at {time.strftime('%H:%M:%S')}"

"""``pulpo eval``: hold dialogues and say how many went as they should."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from pulpo.cli.options import settings_options, sources
from pulpo.cli.output import print_table
from pulpo.errors import CommandError

if TYPE_CHECKING:
    from pulpo.evaluation.cases import Case, DialogueFile
    from pulpo.evaluation.judging import Judgement
    from pulpo.settings import Settings


class Choice(NamedTuple):
    """Which dialogues to hold, and where."""

    workspace: str | None
    tags: frozenset[str]
    ids: frozenset[str]
    url: str | None
    key: str | None
    any_time: bool

    def why_not(self, case: Case) -> str:
        """Return why a dialogue is not held, or nothing."""
        if self.workspace and case.workspace != self.workspace:
            return f"it is for workspace {case.workspace}"
        if self.url and case.given:
            return "its `given` calls cannot be made on a server"
        if self.url and case.now is not None and not self.any_time:
            return "a server's clock cannot be held at its `now`; --any-time holds it nevertheless"
        return ""

    def chosen(self, case: Case) -> bool:
        """Whether ``--tag`` and ``--only`` leave it in."""
        return (not self.tags or not self.tags.isdisjoint(case.tags)) and (not self.ids or case.id in self.ids)


@click.command("eval", short_help="Hold dialogues from files and score them.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True), metavar="FILE...")
@click.option("--url", metavar="URL", help="Hold them on this server instead of in this process.")
@click.option("--key", envvar="PULPO_API_KEY", metavar="KEY", help="API key for --url [default: PULPO_API_KEY].")
@click.option("--workspace", metavar="ID", help="Only dialogues of this workspace (of the key, with --url).")
@click.option("--variant", metavar="NAME", help="Let this variant answer [default: stable].")
@click.option("--plugins", metavar="NAMES", help="Load only these plugins, separated by commas.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only dialogues with this tag.")
@click.option("--only", "ids", multiple=True, metavar="ID", help="Only this dialogue.")
@click.option("--any-time", is_flag=True, help="With --url: also dialogues whose clock should be held.")
@click.option("--goal", type=click.FloatRange(0, 1), default=1.0, show_default=True, help="Least share of right ones.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write JSON to this file.")
@click.option("--junit", "junit_file", type=click.Path(path_type=Path, dir_okay=False), help="Write a JUnit report.")
@click.option("--hide-held-out", is_flag=True, help="Show no transcripts of the held-out third, only its score.")
@click.option("-v", "--verbose", is_flag=True, help="Show every dialogue, not only those that went wrong.")
@settings_options
def evaluate(
    files: tuple[Path, ...],
    url: str | None,
    key: str | None,
    workspace: str | None,
    variant: str | None,
    plugins: str | None,
    tags: tuple[str, ...],
    ids: tuple[str, ...],
    any_time: bool,
    goal: float,
    json_file: Path | None,
    junit_file: Path | None,
    hide_held_out: bool,
    verbose: bool,
    config_file: Path | None,
    assignments: tuple[str, ...],
) -> None:
    """Hold the dialogues of each FILE (or of a folder's files) and print the share that ended as expected, by tag.

    A dialogue is right when exactly the expected changes were made and the checks after it hold. Exit with 1 below
    the goal, or when anything was changed that nobody asked for, or a secret was told. The format is described in
    examples/dialogues/README.md.
    """
    _refuse_unwritable(json_file, junit_file)
    choice = Choice(workspace, frozenset(tags), frozenset(ids), url, key, any_time)
    judged = _judged(files, choice, _Served(config_file, assignments, variant, plugins))
    _write(judged, json_file, junit_file)
    every = [judgement for judgements in judged.values() for judgement in judgements]
    _show([each for each in every if not (hide_held_out and each.case.held_out)], verbose=verbose)
    _print_scores(every)
    if not _good_enough(every, goal):
        raise SystemExit(1)


class _Served(NamedTuple):
    """What the command line says of the system that answers."""

    config_file: Path | None
    assignments: tuple[str, ...]
    variant: str | None
    plugins: str | None

    def settings(self, file: DialogueFile) -> Settings:
        """The settings for one file: its own win over pulpo.toml, and the command line over both."""
        from pulpo.settings import load_settings

        given = sources(self.config_file, self.assignments)
        allow = {"plugins.allow": self.plugins} if self.plugins else {}
        overrides = {**_dotted(file.settings), **given["overrides"], **allow}
        return _served_by(load_settings(file=given["file"], overrides=overrides), self.variant)


def _dotted(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in table.items():
        found |= _dotted(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return found


def _served_by(settings: Settings, variant: str | None) -> Settings:
    """Let ``variant`` be the only one there is, so that nothing rescues it and its failures are seen."""
    from pulpo.errors import SettingsError
    from pulpo.settings import CanarySettings

    name = variant or "stable"
    if name not in settings.variants:
        known = f"there is no variant {name!r}; known are: {', '.join(sorted(settings.variants))}"
        raise SettingsError(known, source="option --variant", key="variant")
    chosen = settings.variants[name]
    return settings.model_copy(update={"variants": {"stable": chosen, "canary": chosen}, "canary": CanarySettings()})


def _judged(files: Sequence[Path], choice: Choice, served: _Served) -> dict[str, list[Judgement]]:
    import anyio

    from pulpo.evaluation.cases import find_files, read_dialogues

    read = [read_dialogues(path) for path in find_files(files)]
    return {str(file.path): anyio.run(_hold, file, choice, served.settings(file)) for file in read}


async def _hold(file: DialogueFile, choice: Choice, settings: Settings) -> list[Judgement]:
    from contextlib import AsyncExitStack

    from pulpo.evaluation.judging import judge
    from pulpo.evaluation.local import in_process
    from pulpo.evaluation.places import on_server
    from pulpo.evaluation.runner import run_cases

    cases = list(filter(choice.chosen, file.cases))
    if choice.url:  # a server serves the workspace of the key alone
        choice = choice._replace(workspace=choice.workspace or settings.default_workspace)
    async with AsyncExitStack() as stack:
        if choice.url:
            places = on_server(_ask(choice.url, choice.key, settings))
        else:
            places = await stack.enter_async_context(in_process(settings))
        records = run_cases(cases, places, workspace=settings.default_workspace, skip=choice.why_not)
        return [judge(record) async for record in records]


def _ask(url: str, key: str | None, settings: Settings) -> Callable[..., Any]:
    from pulpo.cli.remote import MARGIN, remote

    return remote(url, key=key, timeout=settings.turns.wait + settings.turns.deadline + MARGIN)


def _refuse_unwritable(*reports: Path | None) -> None:
    """Raise `CommandError` for a report that cannot be written: now, and not when all dialogues have been held."""
    for report in filter(None, reports):
        try:
            report.open("ab").close()
        except OSError as error:
            raise CommandError(f"cannot write {report} ({error.strerror}); name a file in a folder of yours") from error


def _write(judged: Mapping[str, Sequence[Judgement]], json_file: Path | None, junit_file: Path | None) -> None:
    from pulpo.evaluation.reports import as_json, as_junit

    if json_file:
        json_file.write_bytes(as_json(judged))
    if junit_file:
        junit_file.write_bytes(as_junit(judged))


def _show(judgements: Sequence[Judgement], *, verbose: bool) -> None:
    from pulpo.evaluation.reports import passed, transcript

    for judgement in judgements:
        wrong = bool(judgement.problems) and not judgement.record.skipped
        if wrong or verbose:
            word = "skipped" if judgement.record.skipped else "ok" if passed(judgement) else "WRONG"
            click.echo(f"{word} {judgement.case.id} {judgement.record.skipped}".rstrip())
            click.echo("".join(f"  {line}\n" for line in transcript(judgement)))


def _print_scores(judgements: Sequence[Judgement]) -> None:
    from pulpo.evaluation.scoring import scores

    rows = [
        (
            each.group,
            f"{each.right}/{each.dialogues}",
            f"{each.share:.1%}",
            f"{each.low:.1%} to {each.high:.1%}",
            f"{each.facts_right}/{each.facts}",
            str(each.unasked),
            str(each.leaks),
            str(each.skipped),
        )
        for each in scores(judgements)
    ]
    columns = ("dialogues", "right", "share", "95 % interval", "facts", "unasked", "leaks", "skipped")
    print_table(columns, rows)


def _good_enough(judgements: Sequence[Judgement], goal: float) -> bool:
    from pulpo.evaluation.scoring import ALL, score

    every = score(ALL, judgements)
    return every.dialogues > 0 and every.share >= goal and not every.unasked and not every.leaks

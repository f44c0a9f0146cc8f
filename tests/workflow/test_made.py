"""What the workflows make, made by `act` on this machine: the image's archive and bill of materials, a release's files.

Signing, the registry and GitHub's page of the release cannot be had here; everything up to them is run.
"""

from __future__ import annotations

import gzip
import json
import re
import tarfile
from collections.abc import Iterator

import pytest

from support.act import Act
from support.workshop import missing, workshop


@pytest.fixture(scope="module")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An environment in which images are built; skips where containers cannot be run."""
    if lacking := missing():
        pytest.skip(f"no image here: {lacking}")
    with workshop(tmp_path_factory.mktemp("workshop")) as environ:
        yield environ


def test_the_image_its_bill_of_materials_and_its_archive(act: Act, podman: dict[str, str]) -> None:
    green, said = act.run("build", environ=podman)
    assert green, said[-4000:]
    made = act.artifacts / "image/dist"
    bill = json.loads((made / "pulpo-ai.cdx.json").read_text("utf-8"))
    names = {component["name"]: component["version"] for component in bill["components"]}
    assert {"pulpoai", "litestar", "asyncpg", "redis", "libc6"} <= set(names)
    with gzip.open(made / "pulpo-ai.tar.gz") as archive, tarfile.open(fileobj=archive) as image:
        manifest = image.extractfile("manifest.json")
        assert manifest is not None
        (described,) = json.load(manifest)
        config = image.extractfile(described["Config"])
        assert config is not None
        labels = json.load(config)["config"]["Labels"]
    tag = bill["metadata"]["component"]["version"]
    assert described["RepoTags"] == [f"localhost/pulpo-ai:{tag}"]
    assert labels["org.opencontainers.image.revision"] == tag
    assert names["pulpoai"] == tag.partition("-")[0]


def test_a_tag_becomes_distributions_and_notes(act: Act) -> None:
    changelog = (act.tree / "CHANGELOG.md").read_text("utf-8")
    (version,) = re.findall(r"^## (\S+) \(unreleased\)$", changelog, re.MULTILINE)
    act.plant("CHANGELOG.md", changelog.replace("(unreleased)", "(2026-12-01)"))
    alone(act, "release", "build")
    green, said = act.run("build", *act.tagged(f"v{version}"), workflow="release", environ={})
    act.mend()
    assert green, said[-4000:]
    made = act.artifacts / "dist"
    assert "### Added" in (made / "notes.md").read_text("utf-8")
    wheel, sdist = f"pulpoai-{version}-py3-none-any.whl", f"pulpoai-{version}.tar.gz"
    assert {path.name for path in (made / "dist").iterdir()} == {wheel, sdist}
    assert said.count("PASSED") >= 2


def test_a_tag_of_what_is_not_released_yet_is_refused(act: Act) -> None:
    alone(act, "release", "build")
    green, said = act.run("build", *act.tagged("v0.1.0"), workflow="release", environ={})
    act.mend()
    assert not green
    assert "unreleased" in said


def alone(act: Act, workflow: str, job: str) -> None:
    """Let a job wait for no other: act would run those too, and the gates have tests of their own."""
    file = f".github/workflows/{workflow}.yaml"
    text = (act.tree / file).read_text("utf-8")
    changed = re.sub(rf"(?<=^  {job}:\n)    needs: .*\n", "", text, flags=re.MULTILINE)
    assert changed != text
    act.plant(file, changed)

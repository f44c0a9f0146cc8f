from __future__ import annotations

import pytest

from deployer import images
from deployer.engine import DeployError, Engine


def test_the_version_is_the_project_s_and_the_commit_s() -> None:
    assert images.version().startswith("0.")


def test_what_was_latest_becomes_the_previous_one(engine, machine) -> None:
    machine.images = {"pulpo-ai:1": "old", images.LATEST: "old", "pulpo-ai:2": "new"}
    images.promote(engine, "pulpo-ai:2")
    assert machine.images[images.LATEST] == "new"
    assert machine.images[images.PREVIOUS] == "old"


def test_deploying_the_same_image_again_keeps_the_one_before_it(engine, machine) -> None:
    machine.images = {images.LATEST: "new", images.PREVIOUS: "old", "pulpo-ai:2": "new"}
    images.promote(engine, "pulpo-ai:2")
    assert machine.images[images.PREVIOUS] == "old"


def test_a_swap_goes_back_and_forth(engine, machine) -> None:
    machine.images = {images.LATEST: "new", images.PREVIOUS: "old"}
    images.swap(engine)
    assert (machine.images[images.LATEST], machine.images[images.PREVIOUS]) == ("old", "new")
    images.swap(engine)
    assert (machine.images[images.LATEST], machine.images[images.PREVIOUS]) == ("new", "old")


def test_without_a_previous_image_there_is_no_way_back(engine, machine) -> None:
    machine.images = {images.LATEST: "new"}
    with pytest.raises(DeployError, match="nothing was deployed before"):
        images.swap(engine)


def test_the_build_gets_the_base_and_the_extras(engine, machine) -> None:
    machine.images["pulpo-ai:2"] = "366000000"
    built = images.build(engine, "pulpo-ai:2", {"BASE_IMAGE": "mine", "PULPO_EXTRAS": "postgres"})
    assert built == "pulpo-ai:2, 366 MB"
    assert machine.did("build", "BASE_IMAGE=mine", "EXTRAS=postgres", "REVISION=2", "--format docker")


def test_a_build_by_podman_leaves_the_processor_to_the_service_and_options_may_say_otherwise(engine, machine) -> None:
    machine.images["pulpo-ai:2"] = "366000000"
    images.build(engine, "pulpo-ai:2", {"PULPO_BUILD_OPTIONS": "--cpu-shares=1024"})
    (built,) = (line for line in machine.commands if " build " in line)
    assert built.index("--cpu-shares 128") < built.index("--cpu-shares=1024")


def test_docker_is_not_asked_for_shares_that_its_builder_does_not_know(machine) -> None:
    machine.said["inspect"] = "366000000"
    images.build(Engine(command="docker", compose=("compose",), environ={}, run=machine.run), "pulpo-ai:2", {})
    assert not machine.did("build", "--cpu-shares")


def test_tags_are_made_to_mean_what_they_meant(engine, machine) -> None:
    machine.images = {images.LATEST: "old", images.PREVIOUS: "older", "pulpo-ai:2": "new"}
    before = images.tags(engine)
    images.promote(engine, "pulpo-ai:2")
    images.restore(engine, before)
    assert images.tags(engine) == images.Tags(latest="old", previous="older")


def test_a_tag_that_was_not_there_is_taken_away_again(engine, machine) -> None:
    machine.images = {"pulpo-ai:2": "new"}
    before = images.tags(engine)
    images.promote(engine, "pulpo-ai:2")
    images.restore(engine, before)
    assert machine.images == {"pulpo-ai:2": "new"}


def test_migrations_are_asked_of_the_new_image_and_a_refusal_stops_the_release(engine, machine) -> None:
    assert images.check_migrations(engine, running=False) == "there is no database yet"
    machine.said["db check"] = "would apply core_0009\n"
    assert images.check_migrations(engine, running=True) == "would apply core_0009"
    machine.said["db check"] = "Container run Created\npulpo: the database cannot be used: it did not answer in time\n"
    with pytest.raises(DeployError, match="refuses: pulpo: the database cannot be used"):
        images.check_migrations(engine, running=True)
    machine.failing.add("db check")
    with pytest.raises(DeployError, match="no luck"):
        images.check_migrations(engine, running=True)


def test_settings_are_refused_by_what_is_said_even_where_the_status_gets_lost(engine, machine) -> None:
    assert images.check_settings(engine, "pulpo-ai:2") == "pulpo-ai:2 accepts them"
    machine.said["config show"] = "pulpo: PULPO_PORT (environment): not a number\n"
    with pytest.raises(DeployError, match="PULPO_PORT"):
        images.check_settings(engine, "pulpo-ai:2")

"""Deploys PulpoAI with compose, verifies what runs, and goes back when it is not well. Standard library only.

Whoever deploys:            `__main__` (the command line of scripts/deploy.sh)
Whoever follows a release:  `release` (the steps and their order), `steps` (how steps are run, timed and undone)
The steps' own work:        `checks` (before), `images` (build and tags), `backups`, `colours` (blue-green),
                            `verify` (after), `sbom` (what an image holds)
Whoever changes the tools:  `engine` (podman or docker, and compose), `credentials` (generated passwords and keys)
"""

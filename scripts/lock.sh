#!/bin/sh
# Writes anew deploy/requirements.lock, what the image may install, each file with its hash, and .ci/constraints.txt, the
# versions that the checks run with: a linter's next release turns nobody's gate red. Needs uv.
set -eu
cd "$(dirname "$0")/.."
build=$(python3 -c "import tomllib; print('\n'.join(tomllib.load(open('pyproject.toml', 'rb'))['build-system']['requires']))")
printf '%s\n' "$build" | uv pip compile --quiet --upgrade --all-extras --generate-hashes --universal --python-version 3.11 \
  --no-header --no-emit-index-url --no-annotate --output-file deploy/requirements.lock pyproject.toml -
uv pip compile --quiet --upgrade --all-extras --group dev --universal --python-version 3.11 \
  --no-header --no-emit-index-url --no-annotate --output-file .ci/constraints.txt pyproject.toml

#!/bin/sh
# Builds, deploys and verifies PulpoAI with compose, and goes back by itself when it is not well.
#   scripts/deploy.sh staging|production|rollback|secrets [--help]
set -eu
cd "$(dirname "$0")/.."
command -v python3 >/dev/null || { echo "deploy: python3 (3.11 or newer) is needed" >&2; exit 2; }
PYTHONPATH="$PWD/deploy${PYTHONPATH:+:$PYTHONPATH}" exec python3 -m deployer "$@"

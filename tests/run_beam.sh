#!/usr/bin/env bash
# The tests that need Apache Beam, in a fresh virtual environment: Beam holds
# back packages of which the others take newer versions.
#
#     tests/run_beam.sh [ARGUMENT...]
#
# The arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=$(mktemp -d)
trap 'rm -rf "$environment"' EXIT

python3 -m venv "$environment/.venv"
"$environment/.venv/bin/pip" install -q -c constraints-beam.txt \
    -e ".[jax,beam]" pytest
KERAS_BACKEND=jax OMP_NUM_THREADS=1 \
    "$environment/.venv/bin/python" -m pytest tests/beam "$@"

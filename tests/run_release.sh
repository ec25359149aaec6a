#!/usr/bin/env bash
# What is to be released: builds the sdist and the wheel, has twine check them,
# and installs the wheel with one backend alone into a fresh environment, three
# times, where it restores the sample photograph. Of each environment a bill of
# materials is written (CycloneDX).
#
#     tests/run_release.sh [FOLDER]
#
# The files are left in FOLDER (default: dist).
set -euo pipefail
cd "$(dirname "$0")/.."
dist=${1:-dist}
photo=$PWD/docs/images/rainy.jpg

environment=$(mktemp -d)
trap 'rm -rf "$environment"' EXIT

python3 -m venv "$environment/build"
"$environment/build/bin/pip" install -q -c constraints.txt \
    build cyclonedx-bom hatchling twine
rm -rf "$dist"
"$environment/build/bin/python" -m build --no-isolation --outdir "$dist" .
"$environment/build/bin/twine" check --strict "$dist"/*
mkdir "$dist/materials"
wheel=$(realpath "$dist"/*.whl)
# It tells type checkers that the package has types.
python3 -m zipfile -l "$wheel" | grep keras_muirf/py.typed > /dev/null

restores() {
    local backend=$1 venv=$environment/$1
    shift
    python3 -m venv "$venv"
    "$venv/bin/pip" install -q -c constraints.txt "$wheel[$backend]"
    # Not from the checkout, or Python would find the package there.
    (
        cd "$venv"
        bin/muirf restore "$photo" -o restored.jpg
        bin/python - "$backend" "$@" <<'END'
import importlib.util
import os
import subprocess
import sys
import time

backend, *others = sys.argv[1:]
for other in others:
    assert importlib.util.find_spec(other) is None, f"{other} is installed"
assert os.path.getsize("restored.jpg") > 10_000


def seconds(code):
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env={**os.environ, "KERAS_BACKEND": backend},
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


pairs = [(seconds("import keras"), seconds("import keras_muirf")) for _ in "12345"]
keras, ours = map(min, zip(*pairs))
print(f"{backend}: import keras {keras:.2f} s, keras_muirf {ours - keras:.2f} s more")
assert ours - keras < 1
END
    )
    "$environment/build/bin/cyclonedx-py" environment "$venv/bin/python" \
        --pyproject pyproject.toml --output-reproducible \
        -o "$dist/materials/$backend.cdx.json"
}

restores torch tensorflow jax
restores jax tensorflow torch
restores tensorflow torch jax
printf '\nThe wheel restores with each backend alone.\n'

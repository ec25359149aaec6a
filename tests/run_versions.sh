#!/usr/bin/env bash
# The quick tests with other versions of what the package needs.
#
#     tests/run_versions.sh lowest|newest [BACKEND]
#
# `lowest` takes the oldest that pyproject.toml allows of each direct
# dependency, `newest` the newest that there is. BACKEND is jax (the default),
# tensorflow or torch.
set -euo pipefail
cd "$(dirname "$0")/.."
which=${1:-nothing} backend=${2:-jax}
case $which in
lowest) resolution=lowest-direct ;;
newest) resolution=highest ;;
*) echo "lowest or newest? Received: $which" >&2 && exit 2 ;;
esac

environment=$(mktemp -d)
trap 'rm -rf "$environment"' EXIT
python3 -m venv "$environment"
"$environment/bin/pip" install -q uv
"$environment/bin/uv" pip install -q --python "$environment/bin/python" \
    --resolution "$resolution" ".[$backend,video]"
# The tests' own tools, as new as these versions let them be.
"$environment/bin/uv" pip install -q --python "$environment/bin/python" \
    hypothesis pillow pytest pytest-xdist scikit-image
"$environment/bin/uv" pip list --python "$environment/bin/python" 2> /dev/null |
    grep -E "^(click|h5py|keras|numpy|psutil|pyvips|rich|$backend) "

# It learns for a few steps, by random numbers that JAX drew otherwise before 0.5.
seeded=tests/models/test_training.py
seeded=$seeded::test_clear_images_are_told_and_stand_in_their_weathers_task

"$environment/bin/muirf" restore docs/images/rainy.jpg \
    --out "$environment/restored.jpg"
KERAS_BACKEND=$backend OMP_NUM_THREADS=1 \
    XLA_FLAGS=--xla_backend_optimization_level=0 \
    "$environment/bin/python" -m pytest -n "$(nproc)" -m "not slow" \
    --ignore tests/models/test_kerashub_suite.py \
    --deselect "$seeded" \
    tests/layers tests/losses tests/metrics tests/models tests/optimizers \
    tests/restoration tests/trainers tests/weather tests/muirf/test_restore.py

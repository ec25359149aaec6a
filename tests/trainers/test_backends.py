"""The same training on every installed backend, each in its own process."""

import importlib.util
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

BACKENDS = [
    name
    for name in ("tensorflow", "jax", "torch")
    if importlib.util.find_spec(name)
]
HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def run(backend, code, **environment):
    """Runs code beside this folder's conftest; returns its last line."""
    process = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={
            **os.environ,
            "KERAS_BACKEND": backend,
            "CUDA_VISIBLE_DEVICES": "",
            "PYTHONPATH": f"{HERE}{os.pathsep}{ROOT}",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    return json.loads(process.stdout.strip().splitlines()[-1])


TRAIN = """
    import json
    import keras
    import conftest
    from keras_muirf.optimizers import MVGH

    model = conftest.build_model()
    model.compile(MVGH(keras.optimizers.AdamW(0.01)), loss="mse")
    x, y = conftest.build_data(10)
    losses = []
    for step in range(0, len(y), 6):
        part = {name: value[step : step + 6] for name, value in x.items()}
        losses.append(float(model.train_on_batch(part, y[step : step + 6])))
    print(json.dumps(losses))
"""


@pytest.mark.slow
@pytest.mark.once
def test_ten_steps_are_the_same_on_every_backend():
    losses = {backend: run(backend, TRAIN) for backend in BACKENDS}
    reference = losses[BACKENDS[0]]
    assert len(reference) == 10
    for backend in BACKENDS[1:]:
        np.testing.assert_allclose(losses[backend], reference, atol=1e-4)


PARALLEL = """
    import json, os, sys
    import numpy as np
    import keras
    import conftest
    from keras_muirf.optimizers import MVGH

    def train(order=slice(None), size=6):
        model = conftest.build_model()
        model.compile(MVGH(keras.optimizers.SGD(0.1, 0.9)), loss="mse")
        x, y = conftest.build_data(3)
        x = {name: value[order] for name, value in x.items()}
        model.fit(x, y[order], batch_size=size, shuffle=False, verbose=0)
        return np.concatenate(
            [v.numpy().ravel() for v in model.trainable_variables]
        )

    # Each replica's half of a batch has every task.
    halves = np.arange(18).reshape(3, 3, 2).transpose(0, 2, 1)
"""

MIRRORED = (
    """
    import tensorflow as tf
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration()] * 2,
    )
"""
    + PARALLEL
    + """
    alone = train()
    with tf.distribute.MirroredStrategy(["cpu:0", "cpu:1"]).scope():
        together = train(halves.ravel())
    print(json.dumps([alone.tolist(), together.tolist()]))
"""
)

DATA_PARALLEL = (
    PARALLEL
    + """
    alone = train()
    keras.distribution.set_distribution(
        keras.distribution.DataParallel(devices=["cpu:0", "cpu:1"])
    )
    together = train()
    print(json.dumps([alone.tolist(), together.tolist()]))
"""
)

PROCESS_GROUP = (
    PARALLEL
    + """
    import tempfile
    import torch

    def worker(rank, folder):
        torch.distributed.init_process_group(
            "gloo",
            init_method=f"file://{folder}/rendezvous",
            rank=rank,
            world_size=2,
        )
        np.save(f"{folder}/{rank}.npy", train(halves[:, rank].ravel(), 3))
        torch.distributed.destroy_process_group()

    import torch.multiprocessing as mp

    alone = train()
    with tempfile.TemporaryDirectory() as folder:
        context = mp.get_context("fork")
        workers = [
            context.Process(target=worker, args=(rank, folder))
            for rank in range(2)
        ]
        for process in workers:
            process.start()
        for process in workers:
            process.join()
        together = np.load(f"{folder}/1.npy")
    print(json.dumps([alone.tolist(), together.tolist()]))
"""
)


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize(
    "backend, code",
    [
        ("tensorflow", MIRRORED),
        ("jax", DATA_PARALLEL),
        ("torch", PROCESS_GROUP),
    ],
)
def test_two_replicas_do_what_one_does(backend, code):
    if backend not in BACKENDS:
        pytest.skip(f"{backend} is not installed")
    devices = "--xla_force_host_platform_device_count=2"
    alone, together = run(backend, code, XLA_FLAGS=devices, OMP_NUM_THREADS="1")
    np.testing.assert_allclose(together, alone, atol=5e-5)

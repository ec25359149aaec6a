import contextlib
import os

import keras

from keras_muirf.training.run_error import RunError

# A scope that nobody holds is closed.
_OPEN: list = []


def use_devices(devices: int):
    """Lets several devices share the batches from now on.

    To be called before the network is made. On JAX this is
    `keras.distribution.DataParallel`; on TensorFlow a
    `tf.distribute.MirroredStrategy`, whose scope stays open; on PyTorch the
    process group of the processes that `torchrun` has started, by NCCL on
    GPUs, else Gloo.

    Where there is no accelerator, TensorFlow and JAX divide the processor into
    so many virtual devices, unless they were used before: nothing is won by
    it, but a run can be tried.

    Args:
        devices: int. 1 changes nothing, unless `torchrun` has started this
            process among others.

    Returns:
        Arguments of `keras_muirf.datasets.WeatherMajorDataset`: how every
        batch is shared.

    Raises:
        RunError: If there are not so many devices or processes.

    Example:

    ```python
    keras_muirf.training.use_devices(2)
    ```
    """
    share = {
        "tensorflow": _mirrored,
        "jax": _data_parallel,
        "torch": _process_group,
    }[keras.config.backend()]
    return share(devices)


def leave_devices():
    """What follows is for one device: images that no two can share."""
    if keras.config.backend() == "jax":
        keras.distribution.set_distribution(None)


def is_first_process():
    """Whether this is the first, or the only one, of those that train.

    By the variable `RANK`, which `torchrun` and its like set: what one process
    alone shall write or print stands behind it.

    Returns:
        A bool.

    Example:

    ```python
    if keras_muirf.training.is_first_process():
        restorer.save_to_preset("my_preset")
    ```
    """
    return os.environ.get("RANK", "0") == "0"


def _mirrored(devices):
    if devices == 1:
        return {}
    import tensorflow as tf

    kind = "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
    if kind == "CPU":
        with contextlib.suppress(RuntimeError):
            tf.config.set_logical_device_configuration(
                tf.config.list_physical_devices("CPU")[0],
                [tf.config.LogicalDeviceConfiguration()] * devices,
            )
    names = [d.name for d in tf.config.list_logical_devices(kind)]
    _require(len(names), devices, f"{kind} devices")
    scope = tf.distribute.MirroredStrategy(names[:devices]).scope()
    scope.__enter__()
    _OPEN.append(scope)
    return {"replicas": devices}


def _data_parallel(devices):
    if devices == 1:
        return {}
    import jax

    # It counts where there is nothing but a processor; JAX 0.5 brought it.
    with contextlib.suppress(RuntimeError, AttributeError):
        jax.config.update("jax_num_cpu_devices", devices)
    names = keras.distribution.list_devices()
    _require(len(names), devices, "devices")
    keras.distribution.set_distribution(
        keras.distribution.DataParallel(devices=names[:devices])
    )
    # It sees whole batches, and gradients of all devices.
    return {}


def _process_group(devices):
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    if devices != 1 or processes != 1:
        _require(
            processes, max(devices, processes), "processes, started by torchrun"
        )
    if processes == 1:
        return {}
    import torch

    if not torch.distributed.is_initialized():
        gpus = torch.cuda.is_available()
        if gpus:
            torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
        torch.distributed.init_process_group("nccl" if gpus else "gloo")
    return {"replicas": processes, "replica": torch.distributed.get_rank()}


def _require(there, wanted, what):
    if there < wanted:
        raise RunError(
            f"devices={wanted} needs as many {what}; there are only {there}."
            if there > 1
            else f"devices={wanted} needs as many {what}; there is only one.",
            2,
        )

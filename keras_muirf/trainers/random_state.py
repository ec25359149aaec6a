"""The states of random numbers that belong to no variable."""

import base64
import random

import keras
import numpy as np


def random_state():
    """The states of the random numbers of Python, NumPy and the backend.

    Keras' own are in variables, but for layers on PyTorch that draw from the
    generator of the process, as `keras.layers.Dropout` does.

    Returns:
        A dict that JSON can hold.
    """
    version, numbers, gauss = random.getstate()
    name, keys, position, has_gauss, cached = np.random.get_state()
    state = {
        "python": [version, list(numbers), gauss],
        "numpy": [name, keys.tolist(), position, has_gauss, cached],
    }
    if keras.config.backend() == "torch":
        state["torch"] = [_as_text(s) for s in _torch_states()]
    return state


def set_random_state(state):
    """Sets the states back that `random_state` gave.

    Args:
        state: dict. What is not in it is left alone, as is what another
            backend kept.
    """
    version, numbers, gauss = state["python"]
    random.setstate((version, tuple(numbers), gauss))
    name, keys, *rest = state["numpy"]
    np.random.set_state((name, np.array(keys, "uint32"), *rest))
    if keras.config.backend() == "torch" and "torch" in state:
        _set_torch_states([_as_bytes(text) for text in state["torch"]])


def _torch_states():
    import torch

    return [torch.get_rng_state(), *torch.cuda.get_rng_state_all()]


def _set_torch_states(states):
    import torch

    first, *others = (torch.frombuffer(s, dtype=torch.uint8) for s in states)
    torch.set_rng_state(first)
    for device, other in enumerate(others[: torch.cuda.device_count()]):
        torch.cuda.set_rng_state(other, device)


def _as_text(state):
    return base64.b64encode(state.numpy().tobytes()).decode("ascii")


def _as_bytes(text):
    return bytearray(base64.b64decode(text))

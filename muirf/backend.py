import importlib.util
import logging
import os
import sys

import click

from muirf.words import one_line

BACKENDS = ("tensorflow", "jax", "torch")


def choose_backend(requested=None):
    """Chooses the backend and tells Keras, before Keras is imported.

    What `--backend` names comes first, then the environment variable
    `KERAS_BACKEND`, then the first installed of TensorFlow, JAX and PyTorch.
    Keras' own configuration file is not asked: Keras writes it unasked.

    Args:
        requested: string or `None`. The value of `--backend`.

    Returns:
        The backend's name and a few words that say where it was named.

    Raises:
        click.ClickException: no backend is installed, the one named is not,
            or there is none of that name.
    """
    named = os.environ.get("KERAS_BACKEND")
    if requested:
        backend, why = requested, "--backend"
    elif named:
        backend, why = named, "KERAS_BACKEND"
    else:
        installed = [name for name in BACKENDS if is_installed(name)]
        if not installed:
            raise click.ClickException(
                "No backend is installed. Install one of TensorFlow, JAX and "
                'PyTorch, for example: pip install "keras-muirf[jax]"'
            )
        backend, why = installed[0], "the first installed"
    if backend not in BACKENDS:
        raise click.ClickException(
            f"{why} names the backend '{backend}', which is none of "
            f"{', '.join(BACKENDS)}."
        )
    if not is_installed(backend):
        raise click.ClickException(
            f"The backend {backend} ({why}) is not installed: "
            f'pip install "keras-muirf[{backend}]"'
        )
    os.environ["KERAS_BACKEND"] = backend
    # TensorFlow's notes would drown ours: every image size is traced anew.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    if "keras" in sys.modules:
        _check_running(backend)
    return backend, why


def is_installed(backend):
    """Whether a backend's package is there, found without importing it."""
    try:
        spec = importlib.util.find_spec(backend)
    except (ImportError, ValueError):
        return False
    # A mere folder of that name has no origin.
    return spec is not None and spec.origin is not None


def import_models():
    """Imports `keras_muirf.models`, and Keras with it.

    Raises:
        click.ClickException: the backend is there but cannot be imported.
    """
    try:
        from keras_muirf import models
    except ImportError as error:
        raise click.ClickException(
            f"The backend {os.environ.get('KERAS_BACKEND')} cannot be "
            f"imported ({one_line(error)}); choose another with --backend or "
            "install it anew."
        ) from error
    return models


def _check_running(backend):
    import keras

    if keras.config.backend() != backend:
        raise click.ClickException(
            f"Keras runs on {keras.config.backend()} in this process already; "
            f"start a new one for {backend}."
        )

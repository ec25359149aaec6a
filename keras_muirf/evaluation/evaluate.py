import itertools
import math

import numpy as np

from keras_muirf.evaluation.classical import Identity
from keras_muirf.evaluation.classical import classical_method
from keras_muirf.evaluation.ledger import Ledger
from keras_muirf.evaluation.network import Network
from keras_muirf.evaluation.protocol import FIGURES
from keras_muirf.evaluation.protocols import PROTOCOLS

_UNSEEN = {"seen": "", "probability": math.nan}
_UNMEASURED = dict.fromkeys(FIGURES, math.nan)


def evaluate(
    sets,
    network=None,
    protocols=("native",),
    baselines: bool = True,
    folder=None,
    overwrite: bool = False,
    settings=None,
    on_image=None,
):
    """Restores every image of some sets and measures the results.

    An image that fails is kept as a row with the reason, and the others are
    measured all the same.

    Args:
        sets: List of `keras_muirf.evaluation.EvaluationSet`.
        network: A `keras_muirf.evaluation.Network`, a
            `keras_muirf.models.MUIRFImageRestorer`, or `None` for the
            baselines alone.
        protocols: Names of `keras_muirf.evaluation.PROTOCOLS`. What they
            have in common is restored once.
        baselines: Boolean. Measure the input itself and a classical method
            beside the network.
        folder: `None`, or path of a folder in which `images.csv` grows and
            from which a stopped run goes on.
        overwrite: Boolean. Forget what is in the folder.
        settings: Dictionary of what the figures depend on; a folder with
            other settings is refused.
        on_image: `None`, or a function that is called with `(set, name,
            error)` after every image; the error is `None` or a string.

    Returns:
        A list of dictionaries with `set`, `name`, `method`, `protocol`,
        `weather` (the set's), `seen` (the likeliest to the network),
        `probability`, `psnr_y`, `ssim_y`, `psnr_rgb`, `ssim_rgb` and
        `error`. Strings are empty and numbers NaN where there is nothing to
        tell.

    Raises:
        ValueError: If a protocol is unknown, or does not go with tiles.

    Example:

    ```python
    restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(
        "muirf_tiny_all_weather"
    )
    sets = keras_muirf.evaluation.find_sets("test")
    rows = keras_muirf.evaluation.evaluate(sets, restorer)
    print(keras_muirf.evaluation.as_table(rows))
    ```
    """
    if network is not None and not isinstance(network, Network):
        network = Network(network)
    chosen = [_protocol(name, network) for name in protocols]
    ledger = Ledger(folder, settings, overwrite)
    order = []
    try:
        for some in sets:
            methods = _methods(some, network, baselines)
            for index, name in enumerate(some.source.names):
                keys = [
                    (some.name, name, method.name, protocol.name)
                    for protocol, method in itertools.product(chosen, methods)
                ]
                order += keys
                error = None
                if any(key not in ledger for key in keys):
                    error = _measure(ledger, some, index, methods, chosen)
                if on_image is not None:
                    on_image(some, name, error)
    finally:
        ledger.close()
    return [ledger.rows[key] for key in order]


def _protocol(name, network):
    if name not in PROTOCOLS:
        raise ValueError(
            f"`protocols` may be {', '.join(PROTOCOLS)}. Received: {name!r}"
        )
    protocol = PROTOCOLS[name]
    if network is not None and network.tile and not protocol.of_pictures:
        raise ValueError(
            f"The protocol {name} measures values before they are rounded, "
            "and tiles give rounded pictures: evaluate whole images. "
            f"Received: tile={network.tile}"
        )
    return protocol


def _methods(some, network, baselines):
    methods = []
    if baselines:
        methods += [Identity(), classical_method(some.weather)]
    return methods if network is None else [*methods, network]


def _measure(ledger, some, index, methods, protocols):
    """Measures one image by all methods; returns what went wrong, or None."""
    name, failed = some.source.names[index], None
    try:
        image, target = some.source[index]
    # A decoder's errors have no common type, and one image's failure must
    # not keep the others from being measured.
    except Exception as error:
        image, failed = None, _reason(error)
    by_size = itertools.groupby(
        sorted(protocols, key=lambda p: p.size.__name__), lambda p: p.size
    )
    for size, alike in by_size:
        alike = list(alike)
        for method in methods:
            problem, output, seen = failed, None, {}
            if image is not None:
                try:
                    output, seen = _restore(method, size(image), some.weather)
                except Exception as error:
                    problem = _reason(error)
            for protocol in alike:
                row = dict(
                    zip(
                        ("set", "name", "method", "protocol"),
                        (some.name, name, method.name, protocol.name),
                        strict=True,
                    ),
                    weather=some.weather or "",
                    error=problem or "",
                    **{**_UNSEEN, **seen},
                    **_UNMEASURED,
                )
                if output is not None:
                    try:
                        row.update(protocol.measure(size(target), output))
                    except ValueError as error:
                        problem = row["error"] = _reason(error)
                ledger.add(row)
            failed = failed or problem
    return failed


def _restore(method, image, weather):
    if not isinstance(method, Network):
        if image.dtype == np.uint8:
            image = image / np.float32(255)
        return method(image), {}
    output, posterior = method(image, weather)
    classes = method.restorer.classes
    if len(classes) < 2 or (weather and weather not in classes):
        # Nothing to be right about.
        return output, {}
    likeliest = int(np.argmax(posterior))
    return output, {
        "seen": classes[likeliest],
        "probability": float(posterior[likeliest]),
    }


def _reason(error):
    words = " ".join(str(error).split())
    return words or type(error).__name__

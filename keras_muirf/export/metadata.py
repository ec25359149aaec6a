"""What a program has to know that uses an exported file."""

import json

from keras_muirf.evaluation.network import Network
from keras_muirf.export.network import IMAGE
from keras_muirf.export.network import RESTORED
from keras_muirf.export.network import WEATHER
from keras_muirf.models.muirf_presets import PRESETS
from keras_muirf.version import __version__

PREFIX = "muirf"
FILE = "muirf.json"


def describe(network, label, preset, licence=None):
    """The metadata of an exported network.

    Args:
        network: an `ExportedNetwork`.
        label: string. Its name.
        preset: string. What it was loaded from.
        licence: string or `None`, the weights' licence. Defaults to that of
            the presets which come with the package.

    Returns:
        A dict of strings, ints and lists of strings.
    """
    restorer = network.restorer
    if licence is None:
        licence = "Apache-2.0" if preset in PRESETS else "not stated"
    unit = "0 to 255" if network.dtype == "uint8" else "0 to 1"
    return {
        "preset": label,
        "producer": f"keras-muirf {__version__}",
        "weights_sha256": Network(restorer).fingerprint(),
        "licence": licence,
        "input": IMAGE,
        "outputs": [RESTORED, WEATHER],
        "layout": "NHWC",
        "colour_order": "RGB",
        "dtype": network.dtype,
        "range": unit,
        "weathers": list(restorer.weathers),
        # Of the output `weather`, one for each column.
        "classes": list(restorer.classes),
        "restores": network.weather,
        # Any height and width will do: the padding is inside.
        "size_multiple": restorer.size_multiple,
        "recommended_tile": restorer.recommended_tile,
        "tile_overlap": 2 * restorer.halo,
        "precision": "float32",
    }


def as_strings(metadata):
    """Metadata for formats that hold strings: others become JSON."""
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in metadata.items()
    }


def as_json(metadata):
    return json.dumps(metadata, indent=2) + "\n"

"""The networks of equal_budget.py, of equal multiply-adds."""

import keras
import model_sizes
import peers
from ablation_variants import CPSM
from ablation_variants import DRY
from ablation_variants import NETWORK
from peer_restorer import PeerRestorer

import keras_muirf

# All work from half resolution on, as MUIRF does, with blocks added where the
# family has most of its own until the budget is used up.
NETWORKS = {
    "MUIRF": {"full": {**NETWORK, **CPSM}, "dry": {**DRY, **CPSM}},
    "NAFNet": {
        "full": {
            "widths": (8, 16, 32, 64),
            "encoder_blocks": (0, 1, 2),
            "middle_blocks": 1,
            "decoder_blocks": (0, 2, 2),
        },
        "dry": {
            "widths": (4, 8),
            "encoder_blocks": (0,),
            "middle_blocks": 1,
            "decoder_blocks": (0,),
        },
    },
    "Restormer": {
        "full": {
            "widths": (8, 12, 24, 48),
            "encoder_blocks": (0, 1, 1),
            "middle_blocks": 2,
            "decoder_blocks": (0, 1, 1),
            "heads": (1, 1, 2, 4),
            "expansion": 2.4,
        },
        "dry": {
            "widths": (4, 8),
            "encoder_blocks": (0,),
            "middle_blocks": 1,
            "decoder_blocks": (0,),
            "heads": (1, 2),
            "expansion": 2.0,
        },
    },
}
# As far as tiles of MUIRF look, and more than any convolution here does.
HALO = 48


def new_model(name, size, image_shape=(None, None, 3), posterior_ramp=None):
    """A network with random weights, not compiled.

    Args:
        name: string, of `NETWORKS`.
        size: `"full"` or `"dry"`.
        image_shape: tuple, as of `keras.Input`.
        posterior_ramp: int, steps after which MUIRF trusts its own posterior;
            `None` for the default.

    Returns:
        A `keras.Model`, for MUIRF a restorer.
    """
    config = NETWORKS[name][size]
    if name == "MUIRF":
        if posterior_ramp:
            config = {
                **config,
                "router_config": {"posterior_ramp": posterior_ramp},
            }
        return keras_muirf.models.MUIRFImageRestorer(
            keras_muirf.models.MUIRFBackbone(**config, image_shape=image_shape),
            compile=False,
        )
    make = {"NAFNet": peers.nafnet, "Restormer": peers.restormer}[name]
    return make(**config, image_shape=image_shape)


def as_restorer(name, size, model):
    """The network as what measures restorers takes it."""
    if name == "MUIRF":
        return model
    return PeerRestorer(model, HALO, 2 ** len(NETWORKS[name][size]["widths"]))


def multiply_adds(name, size):
    """Multiply-adds of one image of `model_sizes.SIDE` pixels."""
    side = model_sizes.SIDE
    count = model_sizes.multiply_adds(new_model(name, size, (side, side, 3)))
    keras.backend.clear_session()
    return count

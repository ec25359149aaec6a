from keras import ops


def routing_report(backbone, routing):
    """What a routing says about images, for people.

    Args:
        backbone: a `keras_muirf.models.MUIRFBackbone`.
        routing: dict from the restorer's `route`, of `B` rows.

    Returns:
        A dict of `"weather"`, and `"clear"` and `"gate"` where the network
        has them, as in the routing; `"shared_fraction"`, for each CPSM
        convolution the fraction of its channels that the weathers share, and
        `"mask"`, 1 for each channel that is shared. All have `B` rows.
    """
    masks = {
        name: ops.convert_to_numpy(
            layer.channel_mask(routing["expert_weights"])
        )
        for name, layer in backbone.cpsm_layers.items()
    }
    seen = {
        name: routing[name]
        for name in ("weather", "clear", "gate")
        if name in routing
    }
    return {
        **seen,
        "shared_fraction": {
            name: mask.mean(axis=-1) for name, mask in masks.items()
        },
        "mask": masks,
    }

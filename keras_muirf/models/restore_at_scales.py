import keras
from keras import ops

from keras_muirf import layers


def restore_at_scales(backbone, scales: int):
    """Makes the part of a restorer that comes after its backbone.

    A convolution to three channels, whose result is added to the image. What
    comes of that is restored by the same network at half its size, and so on:
    what it changes there is enlarged and added, as far as the weather's gain
    says. A network so looks twice as far at each scale, for a quarter of the
    cost.

    Args:
        backbone: a `keras_muirf.models.MUIRFBackbone`.
        scales: int, how many.

    Returns:
        A function of a tensor of images `(B, H, W, 3)`, the backbone's
        features of them and its routing, a dict. It returns the restored
        images, a float32 tensor `(B, H, W, 3)`.

    Raises:
        ValueError: If `scales` is not an integer from 1.
    """
    if not isinstance(scales, int) or scales < 1:
        raise ValueError(
            "`scales` must be an integer from 1: at how many scales an "
            f"image is restored. Received: scales={scales}"
        )
    head = layers.Conv2D(
        3,
        3,
        padding="same",
        # Small: before training, the image comes back almost unchanged.
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
        dtype=backbone.dtype_policy,
        name="head",
    )
    crop = layers.CropLike(dtype="float32", name="crop")
    residual = keras.layers.Add(dtype="float32", name="residual")
    half = keras.layers.AveragePooling2D(
        2, data_format="channels_last", dtype="float32", name="half"
    )
    double = layers.DoubleSize(dtype="float32", name="double")
    further = [
        (
            scale,
            layers.ReflectToMultiple(2**scale, dtype="float32"),
            layers.ScaleRouting(
                dtype=backbone.dtype_policy.name, name=f"scale_{scale}"
            ),
        )
        for scale in range(1, scales)
    ]

    def change(image, features, gain):
        # Cropped last: the head, too, sees the reflection at the border.
        change = crop(head(features), image)
        if gain is not None:
            change = change * ops.cast(gain, "float32")[:, None, None, :]
        return change

    def restored(image, features, routing):
        gate = routing["gate"] if backbone.clear_class else None
        image = residual([image, change(image, features, gate)])
        for scale, pad, own_routing in further:
            small = pad(image)
            for _ in range(scale):
                small = half(small)
            context, gain = own_routing(
                routing["context"], routing["weather_weights"]
            )
            features = backbone.restore_features(
                small, {**routing, "context": context}
            )
            large = change(
                small, features, gain if gate is None else gate * gain
            )
            for _ in range(scale):
                large = double(large)
            image = residual([image, crop(large, image)])
        return image

    return restored

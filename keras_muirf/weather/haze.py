import keras
from keras import ops

from keras_muirf.weather import fields
from keras_muirf.weather.weather_layer import WeatherLayer
from keras_muirf.weather.weather_layer import check_range


@keras.saving.register_keras_serializable(package="keras_muirf")
class Haze(WeatherLayer):
    """Haze by Koschmieder's law.

    With `J` the photograph, `A` the airlight, `d` the depth of the scene and
    `beta` the extinction of the air,

    ```
    t = exp(-beta d)
    I = J t + A (1 - t)
    ```

    A photograph has no depth, so one is drawn from a prior: the logarithm of
    `d` is a vertical ramp with a slight tilt, a smooth random field, and a part
    that follows the photograph's own bright and dark regions, so that depth
    has edges where the scene has them. `beta` is one number per image or
    varies in clouds. Severity sets `beta`.

    Args:
        severity: float in [0, 1], `"light"`, `"medium"`, `"heavy"`, or a
            `(low, high)` range. 0 leaves the image unchanged. Defaults to
            `(0.2, 1.0)`.
        airlight: float or `(low, high)` range within [0, 1]. The brightness
            of the air; it is slightly bluish or yellowish. Defaults to
            `(0.6, 1.0)`.
        relief: float or `(low, high)` range within [0, 1]. How much depth
            varies; 0 gives every pixel the same. Defaults to `(0, 1)`.
        patchiness: float or `(low, high)` range within [0, 1]. How much `beta`
            varies over the image; 0 is homogeneous haze. Defaults to
            `(0, 1)`, of which most draws are small.
        seed: int or None. The seed of the random draws.
        **kwargs: `name`, `dtype` and `trainable` of `keras.layers.Layer`.

    Call arguments:
        images: float tensor `(batch, height, width, 3)` or
            `(height, width, 3)` with values in [0, 1].

    Returns:
        A tensor of the shape and dtype of `images`, with values in [0, 1].

    Raises:
        ValueError: if an argument lies outside its limits, or `images` has
            another shape or is not floating point.

    Example:

    ```python
    haze = keras_muirf.weather.Haze(severity=0.7, patchiness=0, seed=1)
    hazy = haze(np.random.uniform(size=(4, 128, 128, 3)).astype("float32"))
    ```

    Reference:
        - Koschmieder, Theorie der horizontalen Sichtweite, 1924
        - [Li et al., RESIDE](https://arxiv.org/abs/1712.04143)
        - [Ancuti et al., O-HAZE](https://arxiv.org/abs/1804.05101)
    """

    def __init__(
        self,
        severity=(0.2, 1.0),
        airlight=(0.6, 1.0),
        relief=(0.0, 1.0),
        patchiness=(0.0, 1.0),
        seed=None,
        **kwargs,
    ):
        super().__init__(severity=severity, seed=seed, **kwargs)
        self.airlight = check_range("airlight", airlight, 0.0, 1.0)
        self.relief = check_range("relief", relief, 0.0, 1.0)
        self.patchiness = check_range("patchiness", patchiness, 0.0, 1.0)

    def apply_weather(self, images, severity):
        t, a = self.draw_fields(images, severity)
        return images * t + a * (1.0 - t)

    def draw_fields(self, images, severity):
        """Draw the two quantities of the law.

        Args:
            images: float32 tensor `(batch, height, width, 3)` in [0, 1].
            severity: float32 tensor `(batch, 1, 1)` in [0, 1].

        Returns:
            A tuple: the transmission `t`, float32 `(batch, height, width, 1)`,
            and the airlight `A`, float32 `(batch, 1, 1, 3)`.
        """
        beta, d = self._extinction(images, severity), self._depth(images)
        draws = self.draw(images, self.airlight, (-0.025, 0.05))
        t, a, cool = (
            ops.expand_dims(x, -1) for x in (ops.exp(-beta * d), *draws)
        )
        tint = ops.reshape(
            ops.array([-1.0, -0.1, 1.0], "float32"), (1, 1, 1, 3)
        )
        return t, ops.clip(a + cool * tint, 0.0, 1.0)

    def _depth(self, images):
        height, width = images.shape[1:3]
        y = ops.reshape(ops.linspace(1.0, -1.0, height), (1, height, 1))
        x = ops.reshape(ops.linspace(-1.0, 1.0, width), (1, 1, width))
        y, x = ops.cast(y, "float32"), ops.cast(x, "float32")
        grey = ops.mean(images, axis=-1, keepdims=True)
        near, far = fields.blur(grey, 5.0), fields.blur(grey, 64.0)
        parts = ops.tanh(4.0 * (near - far))[..., 0]
        ramp, tilt, share, relief = self.draw(
            images, (-0.2, 1.0), (-0.25, 0.25), (0.0, 0.4), self.relief
        )
        noise = self.smooth_noise(images, 128.0, octaves=2)
        log_depth = ramp * y + tilt * x + share * parts + 0.35 * noise
        return ops.exp(1.1 * relief * log_depth)

    def _extinction(self, images, severity):
        factor, patchiness = self.draw(images, (0.8, 1.2), self.patchiness)
        noise = self.smooth_noise(images, 110.0, octaves=4)
        beta = 1.2 * severity**1.2 * factor
        return beta * ops.exp(1.2 * ops.square(patchiness) * noise)

    def get_config(self):
        config = super().get_config()
        config.update(
            {
                "airlight": self.airlight,
                "relief": self.relief,
                "patchiness": self.patchiness,
            }
        )
        return config

import math

import keras
from keras import ops

from keras_muirf.weather import fields
from keras_muirf.weather import particles
from keras_muirf.weather.weather_layer import WeatherLayer
from keras_muirf.weather.weather_layer import check_range

# Far to near: cell across, cell along, streak half-width, all in pixels, and
# the opacity of a streak relative to the nearest sharp ones.
LAYERS = (
    (3.5, 16.0, 0.55, 0.40),
    (6.0, 30.0, 0.75, 0.70),
    (10.0, 50.0, 1.05, 1.00),
    (17.0, 90.0, 1.50, 1.00),
    (44.0, 150.0, 3.20, 0.50),
)


@keras.saving.register_keras_serializable(package="keras_muirf")
class Rain(WeatherLayer):
    """Rain: streaks at several depths before a veil of far rain.

    With `J` the photograph, `v` the veil, `A` its grey, `E` the light that the
    drops send on and `m_l` the opacity of the streaks of depth `l`,

    ```
    X = J (1 - v) + A v
    a = 1 - prod_l (1 - m_l)
    I = X (1 - c a) + E a
    ```

    A falling drop is blurred to a streak that adds light (`c = 0`) and, while
    it covers a pixel for a part of the exposure, hides what is behind (`c` up
    to 1); every image draws its own `c`, direction, scale, predominant depth
    and veil. All streaks of an image fall in nearly one direction. Severity
    sets how many there are, their opacity and the strength of the veil.

    Args:
        severity: float in [0, 1], `"light"`, `"medium"`, `"heavy"`, or a
            `(low, high)` range. 0 leaves the image unchanged. Defaults to
            `(0.2, 1.0)`.
        angle: float or `(low, high)` range within [-90, 90]. Degrees by which
            the streaks lean from the vertical. Defaults to `(-30, 30)`.
        scale: float or `(low, high)` range within [0.25, 8]. Factor on all
            lengths, drawn log-uniformly; 1 suits photographs of some 500
            pixels. Defaults to `(0.6, 1.6)`.
        veil: float or `(low, high)` range within [0, 1]. The strength of the
            veil, relative to what the severity allows; most draws of the
            default `(0, 1)` are faint.
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
    rain = keras_muirf.weather.Rain(severity="heavy", angle=(0, 20), seed=1)
    rainy = rain(np.random.uniform(size=(4, 128, 128, 3)).astype("float32"))
    ```

    Reference:
        - [Garg and Nayar, Vision and Rain](
          https://doi.org/10.1007/s11263-006-0028-6)
        - [Li et al., Heavy Rain Image Restoration](
          https://arxiv.org/abs/1904.10698) (streaks over a veil)
    """

    def __init__(
        self,
        severity=(0.2, 1.0),
        angle=(-30.0, 30.0),
        scale=(0.6, 1.6),
        veil=(0.0, 1.0),
        seed=None,
        **kwargs,
    ):
        super().__init__(severity=severity, seed=seed, **kwargs)
        self.angle = check_range("angle", angle, -90.0, 90.0)
        self.scale = check_range("scale", scale, 0.25, 8.0)
        self.veil = check_range("veil", veil, 0.0, 1.0)

    def apply_weather(self, images, severity):
        alpha = self._streaks(images, severity)
        veil = self._veil(images, severity)
        draws = self.draw(images, (0.75, 1.0), (0.55, 0.9), (0.0, 1.0))
        alpha, veil, white, grey, cover = (
            ops.expand_dims(x, -1) for x in (alpha, veil, *draws)
        )
        scene = ops.mean(images, axis=(1, 2), keepdims=True)
        tint = 0.25 * (scene - ops.mean(scene, axis=-1, keepdims=True))
        x = images + (grey + tint - images) * veil
        return x * (1.0 - cover * alpha) + alpha * (white + tint)

    def _streaks(self, images, severity):
        (
            angle,
            log_scale,
            focus,
            spread,
            length,
            slant,
            brightness,
            number,
        ) = self.draw(
            images,
            [math.radians(a) for a in self.angle],
            [math.log(s) for s in self.scale],
            (0.0, 3.5),
            (0.8, 2.5),
            (0.45, 1.0),
            (0.0, 0.06),
            (0.6, 1.0),
            (0.6, 1.0),
        )
        scale = ops.exp(log_scale)
        peak = fields.mix(0.25, 0.85, severity) * brightness
        density = severity**0.75 * number
        across, along = particles.rotated_coordinates(images, angle)
        tables = particles.random_tables(
            images, len(LAYERS), 6, self.seed_generator
        )
        clear = 1.0
        for l, (cell_u, cell_v, width, opacity) in enumerate(LAYERS):
            cell_u, cell_v = cell_u * scale, cell_v * scale * length
            du, dv, (u0, v0, size, bright, present, tilt) = particles.look_up(
                tables[l], across, along, cell_u, cell_v
            )
            gain = ops.exp(-0.5 * ops.square((l - focus) / spread))
            if l == len(LAYERS) - 1:
                gain = 0.5 * gain
            half = cell_v * (0.2 + 0.28 * size)
            sigma = ops.maximum(width * scale * (0.6 + 0.4 * bright), 0.5)
            lean = (tilt - 0.5) * slant
            room = 0.5 * cell_u - 2.0 * sigma - ops.abs(lean) * half
            dv = dv - (2.0 * v0 - 1.0) * (0.5 * cell_v - half)
            du = du - (2.0 * u0 - 1.0) * ops.maximum(room, 0.0) + lean * dv
            taper = fields.smoothstep(2.0 * (1.0 - ops.abs(dv) / half))
            streak = ops.exp(-ops.square(du / sigma)) * taper
            shown = ops.cast(present < density * gain, "float32")
            streak = streak * shown * (0.3 + 0.7 * bright)
            clear = clear * (1.0 - opacity * peak * streak)
        return 1.0 - clear

    def _veil(self, images, severity):
        height = images.shape[1]
        down = ops.linspace(1.0, 0.0, height)
        down = ops.reshape(ops.cast(down, "float32"), (1, height, 1))
        noise = self.smooth_noise(images, 96.0, octaves=3)
        veil, slope = self.draw(images, self.veil, (0.0, 0.6))
        strength = 0.85 * severity * ops.square(veil)
        return strength * ops.clip(
            1.0 - slope * (1.0 - down) + 0.25 * noise, 0.0, 1.0
        )

    def get_config(self):
        config = super().get_config()
        config.update(
            {"angle": self.angle, "scale": self.scale, "veil": self.veil}
        )
        return config

import math

import keras
from keras import ops

from keras_muirf.weather import fields
from keras_muirf.weather import particles
from keras_muirf.weather.weather_layer import WeatherLayer
from keras_muirf.weather.weather_layer import check_range

# Far to near: cell, smallest and largest radius in pixels, the share of cells
# with a flake in the heaviest snow, opacity, softness of the edge (1: all of
# the flake is edge).
LAYERS = (
    (5.0, 0.6, 1.2, 0.85, 0.70, 1.0),
    (9.0, 0.9, 2.2, 0.85, 0.95, 0.9),
    (15.0, 1.3, 3.4, 0.80, 1.00, 0.8),
    (26.0, 2.0, 5.6, 0.75, 1.00, 0.75),
    (48.0, 3.5, 10.0, 0.65, 0.90, 0.7),
    (96.0, 8.0, 24.0, 0.60, 0.45, 0.5),
)


@keras.saving.register_keras_serializable(package="keras_muirf")
class Snow(WeatherLayer):
    """Snow: flakes at several depths before a veil of far snow.

    With `J` the photograph, `v` the veil, `A` its grey, `C` the colour of snow
    and `m_l` the opacity of the flakes of depth `l`,

    ```
    X = J (1 - v) + A v
    m = 1 - prod_l (1 - m_l)
    I = X (1 - m) + C m
    ```

    Far flakes are many, small and sharp; near ones few, large, out of focus
    and thin. Outlines are irregular (second and third harmonics of the angle).
    Falling during the exposure draws a flake out along the direction of the
    fall and thins it. Severity sets how many flakes there are, their opacity
    and the strength of the veil.

    Args:
        severity: float in [0, 1], `"light"`, `"medium"`, `"heavy"`, or a
            `(low, high)` range. 0 leaves the image unchanged. Defaults to
            `(0.2, 1.0)`.
        angle: float or `(low, high)` range within [-90, 90]. Degrees by which
            the fall leans from the vertical. Defaults to `(-45, 45)`.
        scale: float or `(low, high)` range within [0.25, 8]. Factor on all
            lengths, drawn log-uniformly; 1 suits photographs of some 500
            pixels. Defaults to `(0.6, 1.5)`.
        motion: float or `(low, high)` range within [0, 1]. The length of the
            motion blur: 0 for none, 1 for about four times the flake's size.
            Defaults to `(0, 1)`, of which most draws are short.
        veil: float or `(low, high)` range within [0, 1]. The strength of the
            veil, relative to what the severity allows. Defaults to `(0, 1)`.
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
    snow = keras_muirf.weather.Snow(severity=("light", "medium"), seed=1)
    snowy = snow(np.random.uniform(size=(4, 128, 128, 3)).astype("float32"))
    ```

    Reference:
        - [Liu et al., DesnowNet](https://arxiv.org/abs/1708.04512)
          (the composition)
    """

    def __init__(
        self,
        severity=(0.2, 1.0),
        angle=(-45.0, 45.0),
        scale=(0.6, 1.5),
        motion=(0.0, 1.0),
        veil=(0.0, 1.0),
        seed=None,
        **kwargs,
    ):
        super().__init__(severity=severity, seed=seed, **kwargs)
        self.angle = check_range("angle", angle, -90.0, 90.0)
        self.scale = check_range("scale", scale, 0.25, 8.0)
        self.motion = check_range("motion", motion, 0.0, 1.0)
        self.veil = check_range("veil", veil, 0.0, 1.0)

    def apply_weather(self, images, severity):
        mask = self._flakes(images, severity)
        veil = self._veil(images, severity)
        draws = self.draw(images, (0.82, 1.0), (-0.02, 0.05), (0.65, 0.95))
        mask, veil, white, blue, grey = (
            ops.expand_dims(x, -1) for x in (mask, veil, *draws)
        )
        color = white + blue * ops.reshape(
            ops.array([-1.0, 0.0, 1.0], "float32"), (1, 1, 1, 3)
        )
        x = images + (grey - images) * veil
        return x * (1.0 - mask) + color * mask

    def _flakes(self, images, severity):
        angle, log_scale, blur, focus, spread, thick, number = self.draw(
            images,
            [math.radians(a) for a in self.angle],
            [math.log(s) for s in self.scale],
            self.motion,
            (0.0, 4.0),
            (1.2, 3.0),
            (0.75, 1.0),
            (0.6, 1.0),
        )
        scale, motion = ops.exp(log_scale), ops.square(blur)
        peak = fields.mix(0.7, 1.0, severity) * thick
        density = severity**0.9 * number
        across, along = particles.rotated_coordinates(images, angle)
        tables = particles.random_tables(
            images, len(LAYERS), 8, self.seed_generator
        )
        clear = 1.0
        for l, layer in enumerate(LAYERS):
            cell, small, large, share, opacity, softness = layer
            cell, small, large = cell * scale, small * scale, large * scale
            stretch = 1.0 + 1.2 * motion
            du, dv, values = particles.look_up(
                tables[l], across, along, cell, cell * stretch
            )
            u0, v0, size, bright, present, soft, bend2, bend3 = values
            radius = small + (large - small) * size * size
            # The harmonics below take an outline out to 1.6 radii.
            room_u = 0.5 * cell - 1.6 * radius
            room_v = 0.5 * cell * stretch - 1.6 * radius
            trail = 3.0 * motion * radius * (0.5 + 0.5 * bright)
            trail = ops.minimum(trail, room_v)
            du = du - (2.0 * u0 - 1.0) * room_u
            dv = dv - (2.0 * v0 - 1.0) * (room_v - trail)
            end = ops.square(dv / (trail + radius)) * trail / (trail + radius)
            dv = ops.sign(dv) * ops.maximum(ops.abs(dv) - trail, 0.0)
            square = du * du + dv * dv + 1e-4
            distance = ops.sqrt(square)
            if l < len(LAYERS) - 1:
                # Second and third harmonics of the angle, without the angle.
                second = (du * du - dv * dv) / square
                third = du * (du * du - 3.0 * dv * dv) / (square * distance)
                outline = 0.4 * (bend2 - 0.5) * second
                outline = outline + 0.35 * (bend3 - 0.5) * third
                distance = distance * (1.0 + outline)
            edge = softness * (0.4 + 0.6 * soft) * radius + 0.4
            flake = fields.smoothstep((radius + 0.4 - distance) / edge)
            gain = ops.exp(-0.5 * ops.square((l - focus) / spread))
            shown = ops.cast(present < share * density * gain, "float32")
            thin = opacity * (0.35 + 0.65 * bright)
            thin = thin * radius / (radius + 0.5 * trail)
            thin = thin * ops.maximum(1.0 - end, 0.0)
            clear = clear * (1.0 - peak * thin * shown * flake)
        return 1.0 - clear

    def _veil(self, images, severity):
        noise = self.smooth_noise(images, 96.0, octaves=3)
        (veil,) = self.draw(images, self.veil)
        return 0.5 * severity * veil * ops.clip(0.8 + 0.3 * noise, 0.0, 1.0)

    def get_config(self):
        config = super().get_config()
        config.update(
            {
                "angle": self.angle,
                "scale": self.scale,
                "motion": self.motion,
                "veil": self.veil,
            }
        )
        return config

import math

import keras
from keras import ops

from keras_muirf.weather import fields
from keras_muirf.weather import particles
from keras_muirf.weather.weather_layer import WeatherLayer
from keras_muirf.weather.weather_layer import check_range

# Small to large: cell, smallest and largest radius in pixels, the share of
# cells with a drop at the highest severity.
LAYERS = (
    (9.0, 1.4, 3.4, 0.75),
    (15.0, 2.5, 5.6, 0.85),
    (24.0, 4.2, 9.0, 0.95),
    (38.0, 6.5, 14.3, 1.00),
    (66.0, 11.0, 25.0, 1.00),
    (140.0, 24.0, 53.0, 0.35),
)

# Of a point on the pane, in pixels at full defocus.
CONFUSION = 16.0

# Red, green and blue: how far the sky is bluer and the ground browner.
COOL = (-0.05, 0.0, 0.06)
WARM = (0.06, 0.01, -0.07)


@keras.saving.register_keras_serializable(package="keras_muirf")
class Raindrop(WeatherLayer):
    """Drops of rain on the window before the camera.

    With `J` the photograph, `a` the opacity of the drops and `s` their shading,

    ```
    R(p) = s(p) (b A + (1 - b) blur(J)(c - V (p - c) (1 + |p - c|^2 / r^2) / r))
    I = J (1 - a) + R a
    ```

    A drop with centre `c` and radius `r` is a short lens: it shows the scene
    upside down, within a wide view of half-width `V`, compressed towards the
    rim. Most of that view lies outside the photograph, so a part `b` of what it
    shows is the light `A` of the surroundings: drops look grey or brown, bright
    before dark things and dark before bright ones. Below a bent horizon stands
    the sky, a bright crescent, and the rim is darker. The camera looks through
    the window, so drops are out of focus, more or less (`defocus`): the circle
    of confusion has one radius for all, which blurs the edges of large drops
    and what is seen in them, and dissolves small ones. Drops of six sizes
    overlap, merge and gather in places. Severity sets how many there are and a
    slight blur of the whole pane.

    Args:
        severity: float in [0, 1], `"light"`, `"medium"`, `"heavy"`, or a
            `(low, high)` range. 0 leaves the image unchanged. Defaults to
            `(0.2, 1.0)`.
        scale: float or `(low, high)` range within [0.25, 8]. Factor on the
            sizes of drops, drawn log-uniformly; 1 suits photographs of some
            500 pixels. Defaults to `(0.6, 1.6)`.
        defocus: float or `(low, high)` range within [0, 1]. 0 gives drops a
            sharp edge. The circle of confusion has a radius of 16 pixels
            times the factor on the sizes and the square of `defocus`: what is
            smaller is hardly seen. Defaults to `(0, 1)`.
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
    drops = keras_muirf.weather.Raindrop(severity="medium", seed=1)
    wet = drops(np.random.uniform(size=(4, 128, 128, 3)).astype("float32"))
    ```

    Reference:
        - [Qian et al., Attentive Generative Adversarial Network for Raindrop
          Removal](https://arxiv.org/abs/1711.10098) (the composition)
        - Halimeh and Roser, Raindrop Detection on Car Windshields Using
          Geometric-Photometric Environment Construction and Intensity-Based
          Correlation, IEEE Intelligent Vehicles Symposium 2009, pages 610-615
          (how a drop shows its surroundings)
    """

    def __init__(
        self,
        severity=(0.2, 1.0),
        scale=(0.6, 1.6),
        defocus=(0.0, 1.0),
        seed=None,
        **kwargs,
    ):
        super().__init__(severity=severity, seed=seed, **kwargs)
        self.scale = check_range("scale", scale, 0.25, 8.0)
        self.defocus = check_range("defocus", defocus, 0.0, 1.0)

    def apply_weather(self, images, severity):
        defocus, light, film, around, outside, cool, warm = self.draw(
            images,
            self.defocus,
            (0.7, 1.1),
            (0.0, 1.0),
            (0.2, 0.85),
            (0.0, 1.0),
            (-0.3, 1.0),
            (-0.3, 1.0),
        )
        alpha, shade, sky, y, x = self._drops(images, severity, defocus)
        soft = fields.blur(images, 4.0)
        wide = fields.blur(images, 10.0)
        seen = sample_mirrored(soft + 0.7 * (wide - soft), y, x)
        scene = ops.mean(images, axis=(1, 2), keepdims=True)
        tint = scene - ops.mean(scene, -1, keepdims=True)
        light, around, cool, warm = (
            ops.expand_dims(number, -1)
            for number in (light, around, cool, warm)
        )
        light = light + 0.2 * tint + cool * ops.array(COOL)
        light = ops.minimum(light, 1.0)
        around = around + 0.5 * tint + warm * ops.array(WARM)
        seen = fields.mix(seen, around, ops.expand_dims(outside, -1))
        seen = seen * ops.expand_dims(shade, -1)
        seen = seen + ops.expand_dims(sky, -1) * (light - seen)
        film = ops.expand_dims(0.35 * severity * film, -1)
        behind = images + film * (soft - images)
        alpha = ops.expand_dims(alpha, -1)
        return behind + alpha * (seen - behind)

    def _drops(self, images, severity, defocus):
        height, width = images.shape[1:3]
        (
            log_scale,
            number,
            focus,
            spread,
            angle_of_view,
            overcast,
            horizon,
            smile,
            gradient,
            rim,
        ) = self.draw(
            images,
            [math.log(s) for s in self.scale],
            (0.7, 1.0),
            (1.5, 4.2),
            (1.5, 4.0),
            (0.25, 0.7),
            (0.0, 1.0),
            (-0.2, 0.7),
            (0.0, 0.8),
            (0.0, 0.8),
            (0.0, 0.7),
        )
        scale = ops.exp(log_scale)
        density = 1.5 * severity * number
        # Where drops gather: the sum of three waves of 200 pixels and more.
        numbers = self.draw(
            images, *3 * ((-0.03, 0.03), (-0.03, 0.03), (0.0, math.tau))
        )
        waves = [numbers[i : i + 3] for i in (0, 3, 6)]
        view = angle_of_view * max(min(height, width), 128)
        upright = ops.zeros_like(severity)
        across, along = particles.rotated_coordinates(images, upright)
        tables = particles.random_tables(
            images, len(LAYERS), 8, self.seed_generator
        )
        confusion = CONFUSION * scale * ops.square(defocus)
        # Where the small ones are gone there are more, and larger ones.
        focus = focus + 1.5 * ops.square(defocus)
        density = density * (1.0 + ops.square(defocus))
        clear, shade, sky = 1.0, 1.0, 0.0
        x, y = across, along
        for l, (cell, small, large, share) in enumerate(LAYERS):
            cell = cell * scale
            du, dv, values = particles.look_up(
                tables[l], across, along, cell, cell
            )
            u0, v0, size, tall, present, bend2, bend3, bright = values
            radius = scale * (small + (large - small) * size)
            # The outline below stays within 1.32 radii.
            room = 0.5 * cell - 1.32 * radius
            du = (du - (2.0 * u0 - 1.0) * room) / radius
            dv = (dv - (2.0 * v0 - 1.0) * room) / radius
            ry = dv * (0.95 + 0.3 * tall)
            square = du * du + ry * ry + 1e-4
            root = ops.sqrt(square)
            second = 2.0 * du * ry / square
            third = ry * (ry * ry - 3.0 * du * du) / (square * root)
            outline = 0.2 * (bend2 - 0.5) * second
            outline = outline + 0.2 * (bend3 - 0.5) * third
            root = root * (1.0 + outline)
            gain = ops.exp(-0.5 * ops.square((l - focus) / spread))
            # At the drop's centre: it is there as a whole, or not.
            middle_x = across - du * radius
            middle_y = along - dv * radius
            gathered = sum(
                ops.cos(u * middle_x + v * middle_y + phase)
                for u, v, phase in waves
            )
            gain = gain * ops.exp(0.42 * gathered)
            # Behind a sharp one of the largest nothing is left to restore.
            share = share + (1.0 - share) * ops.square(defocus)
            shown = ops.cast(present < share * density * gain, "float32")
            # `radius` is that of the blurred drop: what lies within by the
            # circle's radius is the drop.
            drop = ops.maximum(radius - confusion, 0.0)
            opacity = ops.minimum(drop / (confusion + 1e-3), 1.0)
            # Full within the one's radius less the other's, none beyond both.
            edge = 2.0 * ops.minimum(drop, confusion) + 1.0
            edge = ops.minimum(edge / radius + 0.12, 1.0)
            mask = shown * fields.smoothstep((1.0 - root) / edge)
            mask = mask * opacity * (0.7 + 0.3 * bright)
            bulge = 1.0 + ops.square(root)
            x = x + mask * (across - du * radius - view * du * bulge - x)
            y = y + mask * (along - dv * radius - view * dv * bulge - y)
            light = 1.0 + gradient * dv - rim * square * square
            light = light * (0.85 + 0.3 * bright)
            # Upside down: the sky lies below the horizon, which is bent.
            depth = dv + smile * du * du - horizon
            blurred = 0.3 + 2.0 * confusion / radius
            above = fields.smoothstep(0.5 + depth / blurred) * overcast
            shade = shade + mask * (light - shade)
            sky = sky + mask * (above * (0.6 + 0.4 * bright) - sky)
            clear = clear * (1.0 - mask)
        x = x + 0.5 * (width - 1)
        y = y + 0.5 * (height - 1)
        return 1.0 - clear, shade, sky, y, x

    def get_config(self):
        config = super().get_config()
        config.update({"scale": self.scale, "defocus": self.defocus})
        return config


def sample_mirrored(images, y, x):
    """The pixels nearest to coordinates, mirrored at the borders.

    Args:
        images: float tensor `(batch, height, width, 3)`.
        y: float tensor `(batch, rows, columns)`. Pixels from the top.
        x: float tensor like `y`. Pixels from the left.

    Returns:
        float tensor `(batch, rows, columns, 3)`.
    """
    height, width = images.shape[1:3]
    batch = ops.shape(images)[0]
    index = _mirror(y, height) * width + _mirror(x, width)
    index = index + height * width * ops.reshape(ops.arange(batch), (-1, 1, 1))
    return ops.take(ops.reshape(images, (-1, 3)), index, axis=0)


def _mirror(position, size):
    position = position - 2.0 * size * ops.floor(position / (2.0 * size))
    position = ops.minimum(position, 2.0 * size - 1.0 - position)
    position = ops.cast(ops.round(position), "int32")
    return ops.clip(position, 0, size - 1)

import keras
from keras import ops

from keras_muirf.weather import fields

SEVERITIES = {"light": 0.25, "medium": 0.5, "heavy": 0.9}


class WeatherLayer(keras.layers.Layer):
    """Base class of layers that put weather on clean photographs.

    A subclass implements `apply_weather(images, severity)`. This class checks
    the input, draws one severity per image, computes in float32 whatever the
    dtype policy says, clips to [0, 1] and returns the dtype of the input. The
    layer acts in training and in inference alike, and has no weights: its only
    state is the one of its seed generator.

    Args:
        severity: float in [0, 1], one of `"light"` (0.25), `"medium"` (0.5)
            and `"heavy"` (0.9), or a pair `(low, high)` of such, between which
            every image draws its own. Defaults to `(0.2, 1.0)`.
        seed: int or None. The seed of the random draws.
        **kwargs: `name`, `dtype` and `trainable` of `keras.layers.Layer`.

    Call arguments:
        images: float tensor `(batch, height, width, 3)` or
            `(height, width, 3)` with values in [0, 1]. Height and width must be
            known when the layer is called; the batch size need not be.

    Returns:
        A tensor of the shape and dtype of `images`, with values in [0, 1].

    Raises:
        ValueError: if `severity` is not as described, or if `images` has
            another shape or is not floating point.
    """

    def __init__(self, severity=(0.2, 1.0), seed=None, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.severity = severity
        self.severity_range = _severity_range(severity)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.built = True

    def apply_weather(self, images, severity):
        """Put weather on a batch.

        Args:
            images: float32 tensor `(batch, height, width, 3)` in [0, 1].
            severity: float32 tensor `(batch, 1, 1)` in [0, 1].

        Returns:
            float32 tensor like `images`; it is clipped to [0, 1] afterwards.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must implement `apply_weather`."
        )

    def call(self, images):
        self._check(images)
        x = ops.cast(images, "float32")
        if len(x.shape) == 3:
            x = ops.expand_dims(x, 0)
        (severity,) = self.draw(x, self.severity_range)
        x = ops.clip(self.apply_weather(x, severity), 0.0, 1.0)
        if len(images.shape) == 3:
            x = ops.squeeze(x, 0)
        return ops.cast(x, images.dtype)

    def draw(self, images, *ranges):
        """Uniform numbers, independent for every image.

        One call of the generator serves all ranges: calls are what costs, most
        of all when XLA compiles them.

        Args:
            images: tensor with the batch on its first axis.
            *ranges: pairs `(low, high)` of floats.

        Returns:
            A list with one float32 tensor `(batch, 1, 1)` per range.
        """
        shape = (len(ranges), ops.shape(images)[0], 1, 1)
        u = keras.random.uniform(
            shape, dtype="float32", seed=self.seed_generator
        )
        return [
            low + (high - low) * u[n] for n, (low, high) in enumerate(ranges)
        ]

    def smooth_noise(self, images, period: float, octaves: int = 1):
        """A smooth random field per image, within about [-1, 1].

        Args:
            images: tensor `(batch, height, width, channels)`.
            period: float. Pixels between the random nodes.
            octaves: int. Each further octave has half the period and half the
                amplitude. Defaults to 1.

        Returns:
            float32 tensor `(batch, height, width)`.
        """
        height, width = images.shape[1:3]
        shapes = [
            (
                fields.cell_count(height, period / 2**octave) + 3,
                fields.cell_count(width, period / 2**octave) + 3,
            )
            for octave in range(octaves)
        ]
        total = sum(rows * columns for rows, columns in shapes)
        values = keras.random.uniform(
            (ops.shape(images)[0], total),
            minval=-1.6,
            maxval=1.6,
            dtype="float32",
            seed=self.seed_generator,
        )
        field, start = 0.0, 0
        for octave, (rows, columns) in enumerate(shapes):
            nodes = values[:, start : start + rows * columns]
            nodes = ops.reshape(nodes, (-1, rows, columns))
            surface = fields.interpolate(nodes, height, width)
            field = field + surface * 0.5**octave
            start += rows * columns
        return field

    def compute_output_shape(self, input_shape):
        return input_shape

    def compute_output_spec(self, images):
        self._check(images)
        return keras.KerasTensor(images.shape, dtype=images.dtype)

    def get_config(self):
        config = super().get_config()
        config.update({"severity": self.severity, "seed": self.seed})
        return config

    def _check(self, images):
        name = type(self).__name__
        dtype = keras.backend.standardize_dtype(images.dtype)
        if "float" not in dtype:
            raise ValueError(
                f"{name} needs floating point images with values in [0, 1]; "
                "divide 8-bit images by 255 first. "
                f"Received: images of dtype {dtype}"
            )
        shape = tuple(images.shape)
        if len(shape) not in (3, 4) or shape[-1] != 3:
            raise ValueError(
                f"{name} needs images of shape (batch, height, width, 3) or "
                f"(height, width, 3). Received: images of shape {shape}"
            )
        if not all(shape[-3:-1]):
            raise ValueError(
                f"{name} needs a height and a width that are known when it is "
                f"called, and not 0. Received: images of shape {shape}"
            )


def check_range(name, value, low=None, high=None):
    """Read a number or a `(low, high)` pair as a pair of floats.

    Args:
        name: str. The argument's name, for the error.
        value: float, or pair of floats in ascending order.
        low: float. The smallest value allowed. Defaults to no limit.
        high: float. The largest value allowed. Defaults to no limit.

    Returns:
        tuple of two floats.

    Raises:
        ValueError: if `value` is neither, or lies outside the limits.
    """
    pair = value if isinstance(value, (tuple, list)) else (value, value)
    numbers = all(
        isinstance(v, (int, float)) and not isinstance(v, bool) for v in pair
    )
    if (
        len(pair) != 2
        or not numbers
        or not pair[0] <= pair[1]
        or (low is not None and pair[0] < low)
        or (high is not None and pair[1] > high)
    ):
        limits = f" within [{low}, {high}]" if low is not None else ""
        raise ValueError(
            f"`{name}` must be a number or an ascending pair of numbers"
            f"{limits}. Received: {name}={value!r}"
        )
    return float(pair[0]), float(pair[1])


def _severity_range(severity):
    pair = severity if isinstance(severity, (tuple, list)) else [severity]
    for value in pair:
        if isinstance(value, str) and value not in SEVERITIES:
            raise ValueError(
                f"`severity` names must be among {tuple(SEVERITIES)}. "
                f"Received: severity={severity!r}"
            )
    pair = [SEVERITIES[v] if isinstance(v, str) else v for v in pair]
    return check_range(
        "severity", pair[0] if len(pair) == 1 else pair, 0.0, 1.0
    )

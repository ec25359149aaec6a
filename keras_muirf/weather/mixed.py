import keras

from keras_muirf.weather.weather_layer import WeatherLayer


@keras.saving.register_keras_serializable(package="keras_muirf")
class Mixed(keras.layers.Layer):
    """Several weathers on one photograph, one after the other.

    `Mixed([Rain(), Haze()])` is haze over a rainy scene, the order in which
    CDD-11 composes its weathers. The layers share one generator of random
    numbers, `seed_generator`.

    Args:
        layers: list of weather layers, in the order in which they act. Their
            own seeds are not used.
        seed: int or None. The seed of the random draws.
        **kwargs: `name`, `dtype` and `trainable` of `keras.layers.Layer`.

    Call arguments:
        images: float tensor `(batch, height, width, 3)` or
            `(height, width, 3)` with values in [0, 1].

    Returns:
        A tensor of the shape and dtype of `images`, with values in [0, 1].

    Raises:
        ValueError: if there is no layer, or one is no weather layer.

    Example:

    ```python
    weather = keras_muirf.weather
    storm = weather.Mixed([weather.Snow("medium"), weather.Haze("light")])
    snowy = storm(np.random.uniform(size=(4, 128, 128, 3)).astype("float32"))
    ```

    Reference: [Guo et al., OneRestore](https://arxiv.org/abs/2407.04621) (the
    composition of CDD-11).
    """

    def __init__(self, layers, seed=None, **kwargs):
        super().__init__(autocast=False, **kwargs)
        layers = list(layers)
        if not layers or not all(isinstance(x, WeatherLayer) for x in layers):
            raise ValueError(
                "`layers` has to be a list of layers of `keras_muirf.weather`. "
                f"Received: layers={layers}"
            )
        self.layers = layers
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        for layer in self.layers:
            layer.seed_generator = self.seed_generator
        self.built = True

    def call(self, images):
        for layer in self.layers:
            images = layer(images)
        return images

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        layers = [keras.saving.serialize_keras_object(x) for x in self.layers]
        config.update({"layers": layers, "seed": self.seed})
        return config

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        config["layers"] = [
            keras.saving.deserialize_keras_object(x) for x in config["layers"]
        ]
        return cls(**config)

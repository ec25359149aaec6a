import functools

import keras
import numpy as np
from keras import ops

from keras_muirf import layers
from keras_muirf.models.image_restorer import ImageRestorer
from keras_muirf.models.muirf_backbone import MUIRFBackbone
from keras_muirf.models.muirf_image_restorer_preprocessor import (
    MUIRFImageRestorerPreprocessor,
)
from keras_muirf.models.predict import predict
from keras_muirf.models.restore_at_scales import restore_at_scales
from keras_muirf.models.restored_images import as_float_batch
from keras_muirf.models.restored_images import like_input
from keras_muirf.models.routing_report import routing_report
from keras_muirf.models.weather_codes import weather_codes
from keras_muirf.weathers import CLEAR
from keras_muirf.weathers import WEATHERS
from keras_muirf.weathers import require_weather


@keras.saving.register_keras_serializable(package="keras_muirf")
class MUIRFImageRestorer(ImageRestorer):
    """Restores photographs taken in rain, snow, haze or through wet glass.

    A `keras_muirf.models.MUIRFBackbone`, a convolution to three channels and
    the image itself as global residual. `restore` takes images as they are
    and gives back restored ones of the same kind and size.

    Args:
        backbone: a `keras_muirf.models.MUIRFBackbone`.
        preprocessor: a `keras_muirf.models.MUIRFImageRestorerPreprocessor`,
            or `None` if inputs are preprocessed already.
        weathers: tuple of strings. Names of the backbone's weathers, in
            order. Defaults to `keras_muirf.WEATHERS`.
        scales: int. At how many scales the image is restored: first as it
            is, then what came of it at half its size, and so on, by the same
            network, which is told the scale. What it changes there is enlarged
            and added: drops and flakes wider than the network looks. A second
            scale costs a quarter of the first. Defaults to `1`.
        **kwargs: `compile`, whether to compile with the defaults, and
            arguments of `keras.Model`.

    Call arguments:
        inputs: dict of `"image"`, float `(B, H, W, 3)` in [0, 1], and
            `"weather"`, int `(B,)`: an index `k` into the `K` weathers, -1
            for unknown or -2 for mixed; in training also `K + k` for an image
            without weather among those of weather `k`.

    Returns:
        The restored images, float32 `(B, H, W, 3)`.

    Examples:

    ```python
    # Restore a photograph.
    restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(
        "muirf_tiny_all_weather"
    )
    photograph = np.random.randint(0, 256, (120, 160, 3), "uint8")
    restored = restorer.restore(photograph)

    # See what the network saw and shared.
    restored, routing = restorer.restore(photograph, return_routing=True)
    routing["weather"]  # The probability of each weather.

    # Train one from scratch, by weather.
    restorer = keras_muirf.models.MUIRFImageRestorer(
        keras_muirf.models.MUIRFBackbone(),
        keras_muirf.models.MUIRFImageRestorerPreprocessor(
            keras_muirf.layers.MUIRFImageConverter()
        ),
    )
    restorer.compile(
        keras_muirf.optimizers.MVGH(keras.optimizers.AdamW(5e-4))
    )
    restorer.fit(dataset)  # A keras_muirf.datasets.WeatherMajorDataset.
    ```

    Reference: MUIRF (IEEE TCSVT 36(3), 2026), of which the abstract alone is
    public; the network is this project's interpretation.
    """

    backbone_cls = MUIRFBackbone
    preprocessor_cls = MUIRFImageRestorerPreprocessor

    task_gradients = "one_pass"

    # The router tells the weathers apart: there their gradients are opposed
    # because they should be, and are not for homogenization to reconcile. And
    # what is specific to a weather is not shared.
    averaged_variables = ("router/", "shallow_", "/specific_")

    batch_help = (
        "Feed a keras_muirf.datasets.WeatherMajorDataset, or order every "
        "batch as equal consecutive groups of images, one group per weather "
        'in the order of `restorer.weathers`, with x = {"image": images, '
        '"weather": their indices}.'
    )

    def __init__(
        self, backbone, preprocessor=None, weathers=None, scales=1, **kwargs
    ):
        weathers = tuple(map(require_weather, weathers or WEATHERS))
        if len(weathers) != backbone.num_weathers:
            raise ValueError(
                "`weathers` must name each of the backbone's "
                f"{backbone.num_weathers} weathers. Received: "
                f"weathers={weathers}"
            )

        # === Layers ===
        restored = restore_at_scales(backbone, scales)

        # === Functional Model ===
        inputs = backbone.input
        routing = backbone(inputs)
        outputs = restored(inputs["image"], routing["features"], routing)
        compile = kwargs.pop("compile", True)
        super().__init__(
            inputs=inputs, outputs=outputs, compile=False, **kwargs
        )

        # === Config ===
        self.backbone = backbone
        self.preprocessor = preprocessor
        self.weathers = weathers
        self.scales = scales
        self.restored = restored
        if compile:
            self.compile()

    def get_config(self):
        return {
            **super().get_config(),
            "weathers": self.weathers,
            "scales": self.scales,
        }

    @property
    def num_tasks(self):
        """One task per weather."""
        return len(self.weathers)

    @property
    def classes(self):
        """What is told apart: the weathers and, if it knows it, `"clear"`."""
        clear = (CLEAR,) if self.backbone.clear_class else ()
        return (*self.weathers, *clear)

    def class_probabilities(self, routing):
        """The probability of each of `classes`.

        Args:
            routing: dict from `route`, of `B` rows.

        Returns:
            A float array `(B, len(classes))`.
        """
        if not self.backbone.clear_class:
            return routing["weather"]
        clear = routing["clear"]
        return np.concatenate(
            [(1.0 - clear) * routing["weather"], clear], axis=-1
        )

    def task_labels(self, x):
        """The weathers of the images in `x`, or of those they stand among."""
        if not isinstance(x, dict):
            return None
        weather, tasks = x["weather"], self.num_tasks
        # Images without weather are labelled from `num_tasks` on.
        return ops.where(weather < tasks, weather, weather - tasks)

    def freeze_shared(self):
        """Leaves the weathers' own kernels trainable, and nothing else.

        What the weathers share, the router included, stays as it is, and in
        training the label alone chooses the weather. Trained on one weather
        after that, by an optimizer without weight decay, the restorer restores
        images of the others as before, bit for bit. Call it before `compile`.

        Example:

        ```python
        restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(
            "muirf_tiny_all_weather"
        )
        restorer.freeze_shared()
        restorer.compile(keras.optimizers.Adam(3e-4))
        ```
        """
        for variable in self.trainable_variables:
            variable.trainable = "/specific_" in variable.path
        self.backbone.router.posterior_rate = 0.0

    def restore(
        self,
        images,
        weather=None,
        return_routing: bool = False,
        strength: float = 1.0,
    ):
        """Restores images.

        Args:
            images: `uint8`, `uint16`, or float in [0, 1]: one image
                `(H, W, 3)` or a batch `(B, H, W, 3)`, of any size.
            weather: `None` to let the network find the weather, one of
                `weathers` to name it, `"mixed"` to mix the weathers' kernels
                by their probabilities, or a list of these, one per image.
            return_routing: bool. Whether to return the routing too.
            strength: float in [0, 1]. How much of the restoration is applied:
                0 gives the images back, 1 is the network's result, and what
                lies between blends the two.

        Returns:
            The restored images, an array of the same dtype and shape. With
            `return_routing=True` also a dict of `"weather"`, the
            probabilities of the weathers if there is one, `"clear"`, the
            probability that there is none, and `"gate"`, how much of the
            change is applied for it (both if `classes` has it),
            `"shared_fraction"`, for each CPSM convolution the fraction of its
            channels that the weathers share, and `"mask"`, 1 for each channel
            that is shared.

        Raises:
            ValueError: If the images have another shape, dtype or range,
                the weather is not one of the model's, or the strength lies
                outside of [0, 1].
        """
        batch, single = as_float_batch(images)
        routing = self.route(self.shallow_moments(batch), weather)
        restored = self.restore_tiles(batch, routing, strength=strength)
        restored = like_input(restored, images)
        if not return_routing:
            return restored[0] if single else restored
        report = routing_report(self.backbone, routing)
        if single:
            report = keras.tree.map_structure(lambda v: v[0], report)
            restored = restored[0]
        return restored, report

    def shallow_moments(self, images):
        """Moments of the shallow features, from which images are routed.

        Args:
            images: float32 `(B, H, W, 3)` in [0, 1].

        Returns:
            A float32 array `(B, 2 C)`: the means over space of the features
            and of their squares.
        """
        return predict(self._shallow_model, images)["moments"]

    def shallow_features(self, images):
        """The features of which `shallow_moments` are the moments.

        Those of an image that does not fit into memory are had in tiles.

        Args:
            images: float32 `(B, H, W, 3)` in [0, 1], height and width a
                multiple of `shallow_stride`.

        Returns:
            A float32 array `(B, H / shallow_stride, W / shallow_stride, C)`.
            Each looks at less than `shallow_stride` pixels around its own.
        """
        return predict(self._shallow_model, images)["features"]

    def route(self, moments, weather=None):
        """Routes images from the moments of their shallow features.

        Args:
            moments: float array `(B, D)` from `shallow_moments`.
            weather: as in `restore`.

        Returns:
            A dict of the router's outputs, arrays with `B` rows.
        """
        codes = weather_codes(weather, self.weathers, len(moments))
        routing = self.backbone.router(
            ops.convert_to_tensor(moments), ops.convert_to_tensor(codes)
        )
        return {
            name: ops.convert_to_numpy(ops.cast(value, "float32"))
            for name, value in routing.items()
        }

    def restore_tiles(self, tiles, routing, clip: bool = True, strength=1.0):
        """Restores images, or the tiles of one, with a given routing.

        Nothing but the routing looks at more than `halo` pixels around a
        pixel: a tile with that much context is restored as in its image.

        Args:
            tiles: float32 `(N, h, w, 3)` in [0, 1].
            routing: dict from `route`, of `N` rows or of one.
            clip: bool. `False` leaves the network's output as it is, for
                measuring.
            strength: as in `restore`.

        Returns:
            A float32 array `(N, h, w, 3)` in [0, 1].
        """
        if not 0 <= strength <= 1:
            raise ValueError(
                "`strength` must lie in [0, 1]: 0 for the image as it is, 1 "
                f"for the network's result. Received: strength={strength}"
            )
        inputs = {
            name: np.broadcast_to(routing[name], (len(tiles), size))
            for name, size in self._routing_sizes.items()
        }
        if "gate" in inputs and not np.any(inputs["gate"]):
            # Without weather there is nothing to compute.
            return np.array(tiles)
        restored = predict(self._tile_model, {"image": tiles, **inputs})
        if clip:
            restored = np.clip(restored, 0.0, 1.0)
        if strength < 1:
            restored = tiles + np.float32(strength) * (restored - tiles)
        return restored

    @property
    def size_multiple(self):
        """Height and width are extended to multiples of this, inside."""
        return self.backbone.size_multiple * 2 ** (self.scales - 1)

    @property
    def shallow_stride(self):
        """Pixels for each of `shallow_features`, in both directions."""
        return self.backbone.shallow_stride

    @property
    def halo(self):
        """Pixels around a pixel beyond which its result does not look."""
        reach = self.backbone.halo + 1
        # At a smaller scale, with what making it small and large again adds.
        return reach + sum(
            2**scale * (reach + 2) for scale in range(1, self.scales)
        )

    @property
    def recommended_tile(self):
        """Height and width of the tiles in which to restore large images.

        Large against the halo, whose pixels are restored more than once.
        """
        return max(512, 4 * self.halo)

    @property
    def memory_per_pixel(self):
        """Bytes that restoring a tile takes for each pixel, at the most.

        Measured: 34 to 47 for each channel of the first level.
        """
        return 64 * self.backbone.widths[0]

    # Not tracked as layers: they are views of this model's own graph.
    @functools.cached_property
    def _shallow_model(self):
        image = keras.Input(self.backbone.image_shape, name="image")
        features = self.backbone.shallow_features(image)
        moments = layers.CPSMRouter.moments(features)
        return self._view(image, {"features": features, "moments": moments})

    @functools.cached_property
    def _tile_model(self):
        backbone = self.backbone
        image = keras.Input(backbone.image_shape, name="image")
        routing = {
            name: keras.Input(shape=(size,), name=name)
            for name, size in self._routing_sizes.items()
        }
        features = backbone.restore_features(image, routing)
        return self._view(
            {"image": image, **routing},
            self.restored(image, features, routing),
        )

    @property
    def _routing_sizes(self):
        """What of the routing an image is restored with."""
        backbone = self.backbone
        return {
            "context": backbone.context_dim,
            "expert_weights": backbone.num_experts,
            "weather_weights": backbone.num_weathers,
            **({"gate": 1} if backbone.clear_class else {}),
        }

    def _view(self, inputs, outputs):
        model = keras.Model(inputs, outputs)
        model.jit_compile = self.jit_compile
        return model

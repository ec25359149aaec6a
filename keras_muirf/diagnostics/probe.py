import itertools

import keras
import numpy as np
from keras import ops

from keras_muirf.diagnostics.routing_figures import routing_figures


class Probe:
    """A few fixed images on which to look at a network's routing.

    Args:
        data: a batch: images `(N, H, W, 3)`, `{"image": images, "weather":
            labels}`, or a tuple that begins with one of these; or a dataset,
            a `keras.utils.PyDataset` or an iterable, of such batches.
        batches: int. How many of a dataset's first batches to take.

    Raises:
        ValueError: If there is no image in `data`.

    Example:

    ```python
    probe = keras_muirf.diagnostics.Probe(dataset, batches=4)
    probe.figures(restorer)
    ```
    """

    def __init__(self, data, batches: int = 4):
        self._batches = [_images_and_labels(b) for b in _take(data, batches)]
        if not sum(len(images) for images, _ in self._batches):
            raise ValueError(
                "`probe` needs at least one image. Received: "
                f"{type(data).__name__} without any"
            )

    @staticmethod
    def suits(model):
        """Whether `model` routes, so that `figures` can look at it."""
        return all(
            hasattr(model, name)
            for name in ("shallow_moments", "route", "backbone", "weathers")
        ) and hasattr(model.backbone, "cpsm_layers")

    def figures(self, restorer):
        """Looks at the routing of the images; the weather is not told.

        Args:
            restorer: a `keras_muirf.models.MUIRFImageRestorer`.

        Returns:
            A list of `keras_muirf.diagnostics.Figure`, of
            `keras_muirf.diagnostics.routing_figures`. Masks are those of the
            channels that may be specific; the others are always shared.
        """
        moments = [
            restorer.shallow_moments(_preprocessed(restorer, images))
            for images, _ in self._batches
        ]
        routing = restorer.route(np.concatenate(moments))
        experts = routing["expert_weights"]
        masks = {}
        for name, layer in restorer.backbone.cpsm_layers.items():
            if layer.num_eligible:
                mask = ops.convert_to_numpy(
                    layer.channel_mask(ops.convert_to_tensor(experts))
                )
                masks[name] = np.rint(mask[:, : layer.num_eligible])
        return routing_figures(
            masks,
            experts,
            restorer.class_probabilities(routing),
            # All that are clear have one class, the last.
            np.minimum(
                np.concatenate([labels for _, labels in self._batches]),
                len(restorer.weathers),
            ),
            restorer.classes,
        )


def _take(data, batches):
    if isinstance(data, keras.utils.PyDataset):
        count = data.num_batches
        count = batches if count is None else min(batches, count)
        return [data[i] for i in range(count)]
    # Arrays and tensors can be iterated over, too.
    if isinstance(data, tuple | dict) or hasattr(data, "shape"):
        return [data]
    return list(itertools.islice(iter(data), batches))


def _images_and_labels(batch):
    x = batch[0] if isinstance(batch, tuple | list) else batch
    images = x["image"] if isinstance(x, dict) else x
    labels = x.get("weather") if isinstance(x, dict) else None
    images = ops.convert_to_numpy(images)
    if labels is None:
        labels = np.full(len(images), -1)
    return images, ops.convert_to_numpy(labels).reshape(-1).astype("int32")


def _preprocessed(restorer, images):
    if restorer.preprocessor is not None:
        images = restorer.preprocessor(images)["image"]
    return ops.convert_to_numpy(images).astype("float32")

"""What masks, experts and the weather posterior say about the sharing."""

import itertools

import numpy as np

from keras_muirf.diagnostics.figure import Figure


def routing_figures(masks, expert_weights, posterior, labels, weathers):
    """Figures of how a network routes some images.

    With the masks `m` of N images, 1 where a channel is shared, and `mean` the
    mean over the images of a weather:

    - `shared_fraction` of layer and weather: `mean(m)` over channels and
      images.
    - `mask_variance` of layer and weather: `mean(m) (1 - mean(m))`, the
      variance between the images, averaged over the channels. From 0, all
      images have one mask, to 0.25.
    - `mask_overlap` of layer and two weathers: `1 - |mean_k(m) - mean_j(m)|`,
      averaged over the channels. From 0, what one shares the other does not,
      to 1, on average the same.
    - `expert_load` of weather and expert: the mean weight of the expert.
    - `weather_accuracy` of weather: the share of images whose most probable
      weather is their own.

    All but the overlap also come without a weather: over all images.

    Args:
        masks: dict from a layer's name to its masks, `(N, C)` of zeros and
            ones.
        expert_weights: float array `(N, E)`.
        posterior: float array `(N, K)`, the probability of every weather.
        labels: int array `(N,)`, the weather of every image, negative for
            unknown.
        weathers: list of strings, names of the K weathers.

    Returns:
        A list of `keras_muirf.diagnostics.Figure`. What no image can tell is
        left out.

    Example:

    ```python
    keras_muirf.diagnostics.routing_figures(
        masks={"middle_0/expand": np.array([[1, 0], [1, 1]])},
        expert_weights=np.array([[0.9, 0.1], [0.2, 0.8]]),
        posterior=np.array([[0.7, 0.3], [0.4, 0.6]]),
        labels=np.array([0, 1]),
        weathers=("rain", "haze"),
    )
    ```
    """
    labels = np.asarray(labels)
    if labels.size and labels.max() >= len(weathers):
        raise ValueError(
            f"`labels` must be places in `weathers`, {', '.join(weathers)}. "
            f"Received: labels with {labels.max()}"
        )
    images = {"": np.arange(len(labels))}
    images.update(
        (weather, np.flatnonzero(labels == k))
        for k, weather in enumerate(weathers)
    )
    images = {weather: i for weather, i in images.items() if len(i)}
    figures = []
    for layer, m in masks.items():
        figures += _of_masks(layer, np.asarray(m, "float64"), images)
    for weather, some in images.items():
        load = np.mean(np.asarray(expert_weights, "float64")[some], axis=0)
        figures += [
            Figure("expert_load", value, task=weather, other=f"expert {e}")
            for e, value in enumerate(load)
        ]
    right = np.argmax(posterior, axis=1) == labels
    for weather, some in images.items():
        known = some[labels[some] >= 0]
        if len(known):
            accuracy = np.mean(right[known])
            figures.append(Figure("weather_accuracy", accuracy, task=weather))
    return [figure._replace(value=float(figure.value)) for figure in figures]


def _of_masks(layer, m, images):
    means = {weather: m[some].mean(axis=0) for weather, some in images.items()}
    figures = []
    for weather, mean in means.items():
        variance = np.mean(mean * (1.0 - mean))
        figures += [
            Figure("shared_fraction", np.mean(mean), layer, weather),
            Figure("mask_variance", variance, layer, weather),
        ]
    weathers = [weather for weather in means if weather]
    for one, two in itertools.combinations(weathers, 2):
        overlap = 1.0 - np.mean(np.abs(means[one] - means[two]))
        figures.append(Figure("mask_overlap", overlap, layer, one, two))
    return figures

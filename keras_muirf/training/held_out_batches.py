from keras_muirf.datasets import WeatherMajorDataset

BATCHES = 2
CROPS = 8
SIDE = 128


def held_out_batches(sources, weathers, seed):
    """Some crops of sources that training does not see, the same every time.

    Args:
        sources: dict from names to sources, as in
            `keras_muirf.training.report`.
        weathers: tuple of strings, the network's weathers.
        seed: int.

    Returns:
        A list of batches as `keras_muirf.datasets.WeatherMajorDataset` has
        them; an empty one where no source has images.

    Example:

    ```python
    batches = held_out_batches({"my_snow": held_out}, ("snow",), seed=0)
    ```
    """
    by_weather = {}
    for source in sources.values():
        by_weather.setdefault(source.weather, []).append(source)
    if not by_weather:
        return []
    dataset = WeatherMajorDataset(
        by_weather,
        images_per_weather=CROPS,
        crop_size=SIDE,
        weathers=weathers,
        augment=None,
        seed=seed,
        prefetch=0,
    )
    return [dataset.make_batch(0, index) for index in range(BATCHES)]

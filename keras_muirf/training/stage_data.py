import keras

from keras_muirf.datasets import OnDeviceDataset
from keras_muirf.datasets import WeatherMajorDataset

# The share of the crops that are as JPEG leaves them, as most photographs are.
COMPRESSED = 0.3


class StageData(keras.callbacks.Callback):
    """The training data of a run through its stages.

    A part of the checkpoint: the epoch is the place in the data, since batches
    are a function of seed, epoch and place. `logs` get `set_aside`, how
    many images could not be read so far, if there are any.

    Args:
        sources: `sources` of `keras_muirf.datasets.WeatherMajorDataset`.
        run: `keras_muirf.training.Run`.
        weathers: tuple of strings, the network's weathers.
        clear: float, the share of the crops without weather.
    """

    def __init__(self, sources, run, weathers, clear):
        super().__init__()
        self.run = run
        self._options = {
            "sources": sources,
            "steps_per_epoch": run.steps_per_epoch,
            "weathers": weathers,
            "clear": clear,
            "compressed": COMPRESSED,
            "seed": run.seed,
            **run.devices_data,
        }
        self._state = None
        self.dataset = None

    def stage(self, crop_size, images_per_weather, epoch):
        """The batches of a stage.

        Args:
            crop_size: int, in pixels.
            images_per_weather: int.
            epoch: int, the epoch to begin with.

        Returns:
            A `keras_muirf.datasets.WeatherMajorDataset`, with `run.on_device`
            a `keras_muirf.datasets.OnDeviceDataset`.
        """
        if self.dataset is not None:
            self._state = self.dataset.get_state()
        options = {
            "crop_size": crop_size,
            "images_per_weather": images_per_weather,
            **self._options,
        }
        if self.run.on_device:
            pool = None if self.dataset is None else self.dataset.pool
            self.dataset = OnDeviceDataset(pool=pool, **options)
        else:
            self.dataset = WeatherMajorDataset(**options)
        if self._state is not None:
            self.dataset.set_state(self._state)
        self.dataset.epoch = epoch
        return self.dataset

    @property
    def set_aside(self):
        """Why images could not be read so far: one sentence for each."""
        return [] if self.dataset is None else self.dataset.set_aside

    @property
    def error(self):
        """What making a batch raised, or `None`."""
        return None if self.dataset is None else self.dataset.error

    def get_state(self):
        """What `set_state` needs to go on."""
        return self.dataset.get_state()

    def set_state(self, state):
        """Goes on where `get_state` was called."""
        self._state = state

    def on_epoch_begin(self, epoch, logs=None):
        # A stage that ends within an epoch leaves the rest of it out.
        self.dataset.epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None and self.set_aside:
            logs["set_aside"] = len(self.set_aside)

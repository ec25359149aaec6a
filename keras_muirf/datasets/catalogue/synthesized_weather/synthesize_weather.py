import logging

import apache_beam as beam

from keras_muirf.datasets.catalogue.synthesized_weather.photographs import (
    read_photograph,
)
from keras_muirf.restoration.image_error import ImageError

UNREADABLE = "unreadable_photographs"


class SynthesizeWeather(beam.PTransform):
    """The Beam pipeline from photographs to examples.

    A photograph that cannot be read is logged, counted and left out. If none
    can be read, the pipeline fails.

    Args:
        maker: A `WeatherMaker`.
        photographs: Dictionary from a photograph's name to its path.
    """

    def __init__(self, maker, photographs):
        super().__init__()
        self.maker = maker
        self.photographs = photographs

    def expand(self, pipeline):
        examples = (
            pipeline
            | "Photographs" >> beam.Create(sorted(self.photographs.items()))
            | beam.Reshuffle()
            | "Weather" >> beam.ParDo(_MakeWeather(self.maker))
        )
        _ = (
            examples
            | beam.combiners.Count.Globally()
            | "NotNone" >> beam.Map(_check, len(self.photographs))
        )
        return examples


def _check(examples, photographs):
    if not examples:
        raise ValueError(
            "Not one photograph of a split could be read, of "
            f"{photographs} in all. The log says why of each; replace them."
        )


class _MakeWeather(beam.DoFn):
    def __init__(self, maker):
        self._maker = maker
        self._unreadable = beam.metrics.Metrics.counter(
            "synthesized_weather", UNREADABLE
        )

    def setup(self):
        # It reports every step of every image, and workers log all of it.
        logging.getLogger("pyvips").setLevel(logging.WARNING)
        self._maker.make_layers()

    def process(self, element):
        name, path = element
        try:
            photograph = read_photograph(path)
        except ImageError as error:
            logging.warning("The photograph %s is left out: %s", name, error)
            self._unreadable.inc()
            return
        yield from self._maker.examples(name, photograph)


def count_unreadable(result):
    """Reads from a finished pipeline how many photographs were left out.

    Args:
        result: The pipeline's `apache_beam.runners.runner.PipelineResult`.

    Returns:
        An integer.
    """
    query = beam.metrics.MetricsFilter().with_name(UNREADABLE)
    counters = result.metrics().query(query)["counters"]
    return sum(counter.result for counter in counters)

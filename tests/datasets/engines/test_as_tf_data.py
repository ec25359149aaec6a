import pytest

from keras_muirf.datasets import WeatherMajorDataset
from keras_muirf.datasets import as_tf_data


def test_shapes_and_lengths_are_known(make_pairs):
    tf = pytest.importorskip("tensorflow")
    dataset = WeatherMajorDataset(
        {"rain": make_pairs("rain"), "haze": make_pairs("haze")},
        images_per_weather=2,
        crop_size=(8, 6),
        augment="flip",
        steps_per_epoch=5,
    )
    batches = as_tf_data(dataset, epochs=3, start=(1, 2))
    inputs, y = batches.element_spec
    assert inputs["image"] == y == tf.TensorSpec((4, 8, 6, 3), "float32")
    assert inputs["weather"] == tf.TensorSpec((4,), "int32")
    assert batches.cardinality() == 8
    assert as_tf_data(dataset).cardinality() == tf.data.INFINITE_CARDINALITY

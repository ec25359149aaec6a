"""Rain100H, which lies as Rain100L does."""

from keras_muirf.datasets.catalogue.rain100l.forms import rain100

BENCHMARK = rain100("rain100h", "Rain100H", counts={"train": 1800, "test": 100})

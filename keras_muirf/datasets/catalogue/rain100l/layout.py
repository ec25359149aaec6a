"""Rain100L as PReNet, JORDER, RCDNet and Restormer lay it out."""

from keras_muirf.datasets.catalogue.rain100l.forms import rain100

BENCHMARK = rain100("rain100l", "Rain100L", counts={"train": 200, "test": 100})

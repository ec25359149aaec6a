import numpy as np


def test_reads_uint8_rgb(make_clean):
    folder = make_clean(count=3, size=(24, 20))
    assert folder.names == ("0", "1", "2")
    assert folder[0].shape == (24, 20, 3)
    assert folder[0].dtype == np.uint8
    assert not np.array_equal(folder[0], folder[1])

import math

import keras
import numpy as np
from keras import ops

from keras_muirf.weather import particles


def test_coordinates_turn_about_the_centre():
    images = np.zeros((1, 5, 7, 3), "float32")
    for angle in (0.0, 90.0):
        turn = ops.full((1, 1, 1), math.radians(angle))
        across, along = particles.rotated_coordinates(images, turn)
        y, x = np.mgrid[-2:3, -3:4].astype("float32")
        expected = (x, y) if angle == 0 else (y, -x)
        for got, want in zip((across, along), expected, strict=True):
            got = np.broadcast_to(ops.convert_to_numpy(got)[0], (5, 7))
            np.testing.assert_allclose(got, want, atol=1e-5)


def test_a_cell_holds_one_particle():
    images = np.zeros((2, 40, 40, 3), "float32")
    seed = keras.random.SeedGenerator(0)
    (table,) = particles.random_tables(images, 1, 3, seed)
    across, along = particles.rotated_coordinates(
        images, ops.full((2, 1, 1), 0.3)
    )
    du, dv, values = particles.look_up(table, across, along, 8.0, 12.0)
    du, dv = ops.convert_to_numpy(du), ops.convert_to_numpy(dv)
    assert np.abs(du).max() <= 4.001 and np.abs(dv).max() <= 6.001
    numbers = ops.convert_to_numpy(values[2])
    for image in range(2):
        found, counts = np.unique(numbers[image], return_counts=True)
        # 1,600 pixels in cells of 96: whole cells and parts of cells.
        assert 17 <= len(found) <= 40
        assert counts.max() <= 96 + 20
    assert len(np.intersect1d(numbers[0], numbers[1])) == 0


def test_any_distance_stays_within_the_table():
    images = np.zeros((1, 1, 4, 3), "float32")
    seed = keras.random.SeedGenerator(0)
    (table,) = particles.random_tables(images, 1, 2, seed)
    far = ops.array([[[-9e3, -1.0, 0.0, 9e3]]], "float32")
    _, _, values = particles.look_up(table, far, -far, 0.9, 1.1)
    values = ops.convert_to_numpy(values[0])
    assert np.isin(values, ops.convert_to_numpy(table[..., 0])).all()

import keras
import numpy as np
import pytest
from keras import ops

from keras_muirf.losses import AmplitudeSpectrum
from keras_muirf.losses import Charbonnier
from keras_muirf.losses import GridPattern
from keras_muirf.losses import RestorationLoss

LOSSES = [Charbonnier, AmplitudeSpectrum, GridPattern, RestorationLoss]


@pytest.fixture
def batch(rng):
    shape = (3, 12, 9, 3)
    return [rng.uniform(size=shape).astype("float32") for _ in range(2)]


def amplitude_by_numpy(y_true, y_pred):
    spectra = [
        np.abs(np.fft.fft2(y.astype("float64"), axes=(1, 2), norm="ortho"))
        for y in (y_true, y_pred)
    ]
    return np.abs(spectra[0] - spectra[1]).mean()


def charbonnier_by_numpy(y_true, y_pred, epsilon):
    squared = (y_true.astype("float64") - y_pred) ** 2
    return np.sqrt(squared + epsilon**2).mean()


@pytest.mark.parametrize("epsilon", [1e-3, 0.5])
def test_charbonnier_is_its_formula(batch, epsilon):
    wanted = charbonnier_by_numpy(*batch, epsilon)
    assert float(Charbonnier(epsilon)(*batch)) == pytest.approx(wanted)


@pytest.mark.parametrize("size", [(12, 9), (9, 12), (8, 8), (7, 7)])
def test_amplitude_spectrum_is_its_formula(rng, size):
    batch = [rng.uniform(size=(2, *size, 3)).astype("float32") for _ in "ab"]
    loss = float(AmplitudeSpectrum()(*batch))
    assert loss == pytest.approx(amplitude_by_numpy(*batch), rel=1e-5)


def test_amplitude_spectrum_ignores_a_cyclic_shift(batch):
    target, other = batch
    shifted = np.roll(target, (3, 2), axis=(1, 2))
    assert float(AmplitudeSpectrum()(target, shifted)) < 1e-6
    assert float(AmplitudeSpectrum()(target, other)) > 1e-2


def test_amplitude_spectrum_does_not_grow_with_the_image(rng):
    losses = []
    for side in (16, 64):
        a, b = rng.normal(size=(2, 1, side, side, 3)).astype("float32")
        losses.append(float(AmplitudeSpectrum()(a, b)))
    assert losses[0] == pytest.approx(losses[1], rel=0.1)


def grid_by_numpy(y_true, y_pred, period):
    error = y_pred.astype("float64") - y_true
    size = [n // period * period for n in error.shape[1:3]]
    cells = [
        error[:, i : i + period, j : j + period]
        for i in range(0, size[0], period)
        for j in range(0, size[1], period)
    ]
    cell = np.mean(cells, axis=0)
    return np.abs(cell - cell.mean((1, 2), keepdims=True)).mean()


@pytest.mark.parametrize("period", [2, 3, 8])
def test_grid_pattern_is_its_formula(batch, period):
    wanted = grid_by_numpy(*batch, period)
    assert float(GridPattern(period)(*batch)) == pytest.approx(wanted, rel=1e-5)


def test_grid_pattern_sees_the_grid_alone(rng):
    target = rng.uniform(size=(1, 256, 256, 3)).astype("float32")
    brighter = target + 0.3
    noisy = target + rng.normal(0.0, 0.01, target.shape).astype("float32")
    grid = target + np.tile(0.01 * np.eye(8), (32, 32))[None, ..., None]
    losses = [float(GridPattern()(target, y)) for y in (brighter, noisy, grid)]
    assert losses[0] < 1e-6
    assert losses[1] < 5e-4
    assert losses[2] == pytest.approx(0.01 * 2 / 8 * 7 / 8, rel=1e-3)


def test_an_image_smaller_than_a_cell_has_no_grid(batch):
    assert float(GridPattern(10)(*batch)) == 0.0


def test_restoration_loss_is_the_weighted_sum(batch):
    pixels = charbonnier_by_numpy(*batch, 0.01)
    amplitudes = amplitude_by_numpy(*batch)
    grid = grid_by_numpy(*batch, 4)
    for weight, of_grid in ((0.0, 0.0), (0.3, 0.0), (0.0, 0.4), (0.3, 0.4)):
        loss = RestorationLoss(weight, 0.01, of_grid, 4)
        wanted = pixels + weight * amplitudes + of_grid * grid
        assert float(loss(*batch)) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("loss", LOSSES)
def test_one_value_per_image(batch, loss):
    values = ops.convert_to_numpy(loss(reduction="none")(*batch))
    assert values.shape == (3,)
    assert float(loss()(*batch)) == pytest.approx(values.mean(), rel=1e-5)
    only = loss(reduction="sum")(*batch, sample_weight=np.array([0, 1, 0]))
    assert float(only) == pytest.approx(values[1], rel=1e-5)


@pytest.mark.parametrize("loss", LOSSES)
def test_half_precision_is_computed_in_float32(batch, loss):
    halves = [ops.cast(y, "float16") for y in batch]
    value = loss()(*halves)
    assert keras.backend.standardize_dtype(value.dtype) == "float32"
    rounded = [y.astype("float16").astype("float32") for y in batch]
    assert float(value) == pytest.approx(float(loss()(*rounded)), rel=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_survives_serialization(batch, loss):
    options = {
        Charbonnier: {"epsilon": 0.02},
        AmplitudeSpectrum: {"name": "other"},
        GridPattern: {"period": 4},
        RestorationLoss: {
            "amplitude_weight": 0.7,
            "grid_weight": 0.3,
            "grid_period": 4,
            "epsilon": 0.02,
        },
    }[loss]
    original = loss(**options)
    config = keras.saving.serialize_keras_object(original)
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is loss
    assert again.get_config() == original.get_config()
    assert float(again(*batch)) == float(original(*batch))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("start", ["noise", "black", "target"])
def test_fit_stays_finite_and_descends(rng, loss, start):
    # Black images and finished ones have amplitudes and errors of exactly 0,
    # where a bare square root has no gradient.
    target = rng.uniform(0.3, 0.7, (2, 8, 8, 3)).astype("float32")
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Conv2D(3, 1)]
    )
    image = {"noise": target[::-1], "black": 0 * target, "target": target}
    if start == "target":
        model.layers[0].set_weights([np.eye(3)[None, None], np.zeros(3)])
    model.compile(keras.optimizers.SGD(0.02), loss())
    history = model.fit(image[start], target, epochs=5, verbose=0).history
    losses = np.array(history["loss"])
    assert np.isfinite(losses).all()
    assert all(np.isfinite(w).all() for w in model.get_weights())
    if start == "noise":
        assert losses[-1] < losses[0]


def test_rejects_options():
    with pytest.raises(ValueError, match="epsilon=0"):
        Charbonnier(epsilon=0)
    with pytest.raises(ValueError, match="amplitude_weight=-1"):
        RestorationLoss(amplitude_weight=-1)
    with pytest.raises(ValueError, match="grid_weight=-1"):
        RestorationLoss(grid_weight=-1)
    with pytest.raises(ValueError, match="period=1"):
        GridPattern(period=1)

import keras
import numpy as np
import pytest
from keras import ops
from skimage.metrics import peak_signal_noise_ratio
from skimage.metrics import structural_similarity

from keras_muirf.metrics import PSNR
from keras_muirf.metrics import SSIM

METRICS = [PSNR, SSIM]


def oracle(metric, color, target, output, data_range=1.0):
    """The mean over images, by scikit-image in float64."""
    values = []
    for a, b in zip(target.astype(float), output.astype(float), strict=True):
        axis = -1
        if color == "y":
            weights = np.array([65.481, 128.553, 24.966]) / 255
            a, b = (16 / 255 * data_range + x @ weights for x in (a, b))
            axis = None
        if metric is PSNR:
            value = peak_signal_noise_ratio(a, b, data_range=data_range)
        else:
            value = structural_similarity(
                a,
                b,
                channel_axis=axis,
                data_range=data_range,
                gaussian_weights=True,
                sigma=1.5,
                use_sample_covariance=False,
            )
        values.append(value)
    return np.mean(values)


@pytest.fixture
def batch(rng):
    """Smooth targets, outputs with errors of very unequal size."""
    rows, columns = np.mgrid[:24, :20] / 24
    waves = np.sin(9 * rows + 5 * columns)[None, ..., None]
    tint = rng.uniform(0.2, 0.4, (3, 1, 1, 3))
    target = 0.5 + tint * waves
    noise = np.array([0.005, 0.05, 0.2]).reshape(3, 1, 1, 1)
    output = target + noise * rng.normal(size=target.shape)
    return target.astype("float32"), np.clip(output, 0, 1).astype("float32")


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("color", ["rgb", "y"])
@pytest.mark.parametrize("max_val", [1.0, 255.0])
def test_equals_scikit_image(batch, metric, color, max_val):
    target, output = (x * np.float32(max_val) for x in batch)
    measured = metric(color=color, max_val=max_val)
    measured.update_state(target[:2], output[:2])
    measured.update_state(target[2:], output[2:])
    wanted = oracle(metric, color, target, output, max_val)
    assert float(measured.result()) == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("metric", METRICS)
def test_bright_flat_images_keep_their_digits(metric):
    target = np.full((1, 24, 24, 3), 0.97, "float32")
    target[:, ::2] += 0.004
    output = target + np.float32(0.004)
    measured = metric()
    measured.update_state(target, output)
    wanted = oracle(metric, "rgb", target, output)
    # Of the difference of two numbers near 1, float32 keeps 4 to 5 digits.
    tolerance = {PSNR: 1e-3, SSIM: 1e-5}[metric]
    assert float(measured.result()) == pytest.approx(wanted, abs=tolerance)


@pytest.mark.parametrize("metric", METRICS)
def test_images_weigh_as_told(batch, metric):
    target, output = batch
    one, two = metric(), metric()
    one.update_state(target[1:2], output[1:2])
    two.update_state(target, output, sample_weight=np.array([0.0, 1.0, 0.0]))
    assert float(one.result()) == pytest.approx(float(two.result()), abs=1e-5)


@pytest.mark.parametrize("metric", METRICS)
def test_predictions_are_clipped(batch, metric):
    target, output = batch
    clipped, beyond = metric(), metric()
    beyond.update_state(target, output * 1.7 - 0.3)
    clipped.update_state(target, np.clip(output * 1.7 - 0.3, 0, 1))
    assert float(beyond.result()) == pytest.approx(float(clipped.result()))


def test_identical_images(batch):
    psnr, ssim = PSNR(), SSIM()
    psnr.update_state(batch[0], batch[0])
    ssim.update_state(batch[0], batch[0])
    assert float(psnr.result()) == float("inf")
    assert float(ssim.result()) == pytest.approx(1, abs=1e-6)


def test_a_ceiling_keeps_the_mean_finite(batch):
    target, output = batch
    free, capped = PSNR(), PSNR(ceiling=60.0)
    for metric in (free, capped):
        metric.update_state(target, output)
    assert float(capped.result()) == float(free.result()) < 60
    capped = PSNR.from_config(capped.get_config())
    capped.update_state(target, target)
    assert float(capped.result()) == 60
    with pytest.raises(ValueError, match="above 0 decibels.*ceiling=-1"):
        PSNR(ceiling=-1)


@pytest.mark.parametrize("metric", METRICS)
def test_half_precision_is_compared_in_float32(batch, metric):
    target, output = (ops.cast(x, "float16") for x in batch)
    measured = metric()
    measured.update_state(target, output)
    arrays = [ops.convert_to_numpy(x) for x in (target, output)]
    wanted = oracle(metric, "rgb", *arrays)
    assert float(measured.result()) == pytest.approx(wanted, abs=1e-3)


@pytest.mark.parametrize("metric", METRICS)
def test_rejects_what_cannot_be_compared(metric):
    image = np.zeros((1, 16, 16, 3), "float32")
    with pytest.raises(ValueError, match="color"):
        metric(color="ycbcr")
    measured = metric()
    with pytest.raises(ValueError, match="resized"):
        measured.update_state(image, image[:, :15])
    with pytest.raises(ValueError, match="y_pred.*floating-point.*uint8"):
        measured.update_state(image, image.astype("uint8"))
    with pytest.raises(ValueError, match="batch, height, width, 3"):
        measured.update_state(image[0], image[0])
    with pytest.raises(ValueError, match="batch, height, width, 3"):
        measured.update_state(image[..., :1], image[..., :1])


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(("max_val", "scale"), [(1.0, 255), (255.0, 1)])
def test_another_range_is_an_error(batch, metric, max_val, scale):
    target, output = (x * np.float32(scale) for x in batch)
    with pytest.raises(ValueError, match=rf"\[0, {max_val}\].*y_true from"):
        metric(max_val=max_val).update_state(target, output)
    with pytest.raises(ValueError, match="y_true from -0.5"):
        metric().update_state(batch[0] - 0.5 - batch[0].min(), batch[1])


@pytest.mark.parametrize("metric", METRICS)
def test_another_range_shows_in_compiled_functions(batch, metric):
    target, output = batch
    model = keras.Sequential([keras.layers.Identity()])
    model.compile(loss="mse", metrics=[metric(name="metric")])
    wrong = 255 * target
    if keras.config.backend() == "torch":
        # Not compiled there.
        with pytest.raises(ValueError, match="y_true from"):
            model.evaluate(output, wrong, verbose=0)
    else:
        logs = model.evaluate(output, wrong, verbose=0, return_dict=True)
        assert np.isnan(logs["metric"])
    logs = model.evaluate(output, target, verbose=0, return_dict=True)
    assert logs["metric"] > 0


def test_ssim_rejects_images_smaller_than_its_window():
    image = np.zeros((1, 10, 16, 3), "float32")
    with pytest.raises(ValueError, match="11 x 11"):
        SSIM().update_state(image, image)


@pytest.mark.parametrize("metric", METRICS)
def test_survives_serialization(metric):
    original = metric(color="y", max_val=255.0, name="other")
    config = keras.saving.serialize_keras_object(original)
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is metric
    assert (again.color, again.max_val, again.name) == ("y", 255.0, "other")
    assert metric().name != metric(color="y").name


def test_in_fit_and_evaluate_with_unknown_sizes(batch):
    target, output = batch
    model = keras.Sequential(
        [
            keras.Input((None, None, 3)),
            keras.layers.Conv2D(3, 1, use_bias=False),
        ]
    )
    model.set_weights([np.eye(3, dtype="float32").reshape(1, 1, 3, 3)])
    model.compile("sgd", "mse", metrics=[PSNR(), PSNR("y"), SSIM(), SSIM("y")])
    logs = model.evaluate(output, target, return_dict=True, verbose=0)
    assert logs["psnr"] == pytest.approx(
        oracle(PSNR, "rgb", target, output), abs=1e-3
    )
    assert logs["ssim_y"] == pytest.approx(
        oracle(SSIM, "y", target, output), abs=1e-4
    )
    history = model.fit(output, target, epochs=2, verbose=0).history
    assert {"psnr", "psnr_y", "ssim", "ssim_y"} < set(history)

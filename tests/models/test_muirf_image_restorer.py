import keras
import numpy as np
import pytest
from keras import ops
from small import small_backbone
from small import small_restorer

import keras_muirf
from keras_muirf import models


def changing_restorer(**kwargs):
    keras.utils.set_random_seed(0)
    restorer = small_restorer(**kwargs)
    # Far from the identity that a new restorer is.
    for weight in restorer.weights:
        if weight.path.endswith("head/kernel"):
            weight.assign(30 * weight.value)
    return restorer


@pytest.fixture(scope="module")
def restorer():
    return changing_restorer()


@pytest.fixture(scope="module")
def two_scales():
    restorer = changing_restorer(scales=2)
    for weight in restorer.weights:
        if weight.path.endswith("scale_1/specific_offset"):
            weight.assign(np.linspace([-1, 0, 0, 0], 1, 8, axis=-1))
        if weight.path.endswith("scale_1/specific_gain"):
            weight.assign([[0.5], [1.0], [0.0], [2.0]])
    return restorer


def photograph(height, width, dtype="uint8", seed=0):
    rng = np.random.default_rng(seed)
    x = rng.random((height, width, 3))
    if dtype == "float32":
        return x.astype(dtype)
    return np.rint(x * np.iinfo(dtype).max).astype(dtype)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 3), (16, 24)])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_any_size_comes_back_as_the_same_kind(restorer, size, dtype):
    x = photograph(*size, dtype)
    y = restorer.restore(x)
    assert y.shape == x.shape and y.dtype == x.dtype
    assert not np.array_equal(x, y)


def test_kinds_agree(restorer):
    x = photograph(16, 24)
    as_float = restorer.restore(x / np.float32(255))
    np.testing.assert_array_equal(restorer.restore(x), np.rint(as_float * 255))
    wide = restorer.restore(x.astype("uint16") * 257)
    np.testing.assert_allclose(wide / 65535, as_float, atol=1e-5)


def test_strength_lies_between_the_image_and_the_result(restorer):
    x = photograph(16, 24, "float32")
    full = restorer.restore(x)
    np.testing.assert_array_equal(restorer.restore(x, strength=0.0), x)
    half = restorer.restore(x, strength=0.5)
    np.testing.assert_allclose(half, 0.5 * (x + full), atol=1e-6)
    assert np.abs(full - x).max() > 0.01
    with pytest.raises(ValueError, match="`strength` must lie in"):
        restorer.restore(x, strength=1.5)


def test_one_image_and_a_batch_agree(restorer):
    x = np.stack([photograph(16, 24, seed=s) for s in range(3)])
    together = restorer.restore(x / np.float32(255), ["rain", None, "mixed"])
    for i, weather in enumerate(["rain", None, "mixed"]):
        alone = restorer.restore(x[i] / np.float32(255), weather)
        np.testing.assert_allclose(together[i], alone, atol=1e-5)


def test_clear_is_a_class_where_the_network_has_it(restorer):
    x = photograph(16, 24)
    assert restorer.classes == restorer.weathers
    assert "clear" not in restorer.restore(x, return_routing=True)[1]
    telling = models.MUIRFImageRestorer(small_backbone(clear_class=True))
    assert telling.classes == (*restorer.weathers, "clear")
    _, routing = telling.restore(x, return_routing=True)
    assert routing["weather"].sum() == pytest.approx(1.0)
    moments = telling.shallow_moments(x[None] / np.float32(255))
    (found,) = telling.class_probabilities(telling.route(moments))
    assert found.sum() == pytest.approx(1.0)
    assert found[-1] == pytest.approx(routing["clear"].item())
    assert telling.restore(x, "mixed").shape == x.shape


def test_a_clear_image_is_changed_as_far_as_its_gate_lets():
    # Away from black and white, where results are clipped.
    x = 0.25 + 0.5 * photograph(16, 24, "float32")
    telling = models.MUIRFImageRestorer(small_backbone(clear_class=True))
    restored, routing = telling.restore(x, return_routing=True)
    assert 0 < routing["gate"].item() < 1
    told = telling.restore(x, telling.weathers[routing["weather"].argmax()])
    assert np.abs(told - x).max() > 1e-3
    np.testing.assert_allclose(
        restored, x + routing["gate"] * (told - x), atol=1e-5
    )


def test_an_image_taken_for_clear_comes_back_equal():
    x = 0.25 + 0.5 * photograph(16, 24, "float32")
    telling = models.MUIRFImageRestorer(small_backbone(clear_class=True))
    bias = telling.backbone.router.weather_bias
    bias.assign([0.0] * telling.num_tasks + [20.0])
    restored, routing = telling.restore(x, return_routing=True)
    assert routing["clear"].item() > 0.55
    np.testing.assert_array_equal(restored, x)
    called = telling({"image": x[None], "weather": np.array([-1])})
    np.testing.assert_array_equal(ops.convert_to_numpy(called)[0], x)
    assert np.abs(telling.restore(x, "rain") - x).max() > 1e-3
    # Beside another one, too.
    both = telling.restore(np.stack([x, x]), [None, "rain"])
    np.testing.assert_array_equal(both[0], x)
    assert np.abs(both[1] - x).max() > 1e-3


@pytest.mark.parametrize("clear_class", [False, True])
def test_restore_is_the_model_called(clear_class):
    restorer = models.MUIRFImageRestorer(
        small_backbone(clear_class=clear_class)
    )
    x = photograph(15, 22, "float32")[None]
    called = restorer({"image": x, "weather": np.array([-1])})
    np.testing.assert_allclose(
        restorer.restore(x),
        np.clip(ops.convert_to_numpy(called), 0, 1),
        atol=1e-5,
    )


def test_weather_modes_differ(restorer):
    x = photograph(16, 24, "float32")
    results = [
        restorer.restore(x, weather)
        for weather in (*keras_muirf.WEATHERS, "mixed")
    ]
    for i, a in enumerate(results):
        for b in results[:i]:
            assert np.abs(a - b).max() > 1e-4
    seen = restorer.restore(x, return_routing=True)[1]["weather"].argmax()
    np.testing.assert_array_equal(restorer.restore(x), results[seen])
    np.testing.assert_array_equal(restorer.restore(x, "auto"), results[seen])


def test_routing_report(restorer):
    x = np.stack([photograph(16, 24, seed=s) for s in range(2)])
    _, routing = restorer.restore(x, return_routing=True)
    assert routing["weather"].shape == (2, 4)
    np.testing.assert_allclose(routing["weather"].sum(-1), 1, atol=1e-5)
    assert set(routing["mask"]) == set(restorer.backbone.cpsm_layers)
    assert len(routing["mask"]) == 3 * 4 + 4
    for name, mask in routing["mask"].items():
        assert set(np.unique(mask)) <= {0.0, 1.0}
        np.testing.assert_allclose(
            routing["shared_fraction"][name], mask.mean(-1), atol=1e-6
        )
    _, alone = restorer.restore(x[0], return_routing=True)
    assert alone["weather"].shape == (4,)
    np.testing.assert_array_equal(
        alone["mask"]["down_0"], routing["mask"]["down_0"][0]
    )


@pytest.mark.parametrize("scales", [1, 2, 3])
def test_a_tile_with_its_halo_is_restored_as_in_its_image(scales):
    restorer = changing_restorer(scales=scales)
    for weight in restorer.weights:
        if weight.path.endswith("/specific_gain"):
            weight.assign(np.ones(weight.shape))
    multiple = restorer.size_multiple
    halo = -(-restorer.halo // multiple) * multiple
    size = 2 * halo + 2 * multiple
    x = photograph(size + 2 * multiple, size, "float32")[None]
    routing = restorer.route(restorer.shallow_moments(x))
    whole = restorer.restore_tiles(x, routing)
    tile = restorer.restore_tiles(x[:, multiple : size + multiple], routing)
    np.testing.assert_allclose(
        tile[:, halo:-halo],
        whole[:, multiple + halo : size + multiple - halo],
        atol=2e-6,
    )


@pytest.mark.parametrize("size", [(1, 1), (7, 10), (16, 24)])
def test_a_second_scale_corrects_the_first(restorer, two_scales, size):
    x = 0.25 + 0.5 * photograph(*size, "float32")[None]
    once, twice = (
        r.restore_tiles(x, r.route(r.shallow_moments(x), "rain"), clip=False)
        for r in (restorer, two_scales)
    )
    # By hand, from the parts: extended to even sizes, halved, enlarged.
    height, width = size
    odd = ((0, 0), (0, height % 2), (0, width % 2), (0, 0))
    even = np.pad(once, odd, mode="reflect")
    halves = (1, even.shape[1] // 2, 2, even.shape[2] // 2, 2, 3)
    small = even.reshape(halves).mean(axis=(2, 4))
    routing = two_scales.route(two_scales.shallow_moments(x), "rain")
    routing["context"] = routing["context"] + np.linspace(-1, 1, 8)
    change = restorer.restore_tiles(small, routing, clip=False) - small
    large = keras.layers.UpSampling2D(
        2, interpolation="bilinear", data_format="channels_last"
    )(change)
    large = ops.convert_to_numpy(large)[:, :height, :width]
    np.testing.assert_allclose(twice, once + 0.5 * large, atol=1e-5)
    assert np.abs(large).max() > 1e-3


def test_a_scale_is_for_the_weathers_it_was_trained_on(restorer, two_scales):
    x = photograph(16, 24, "float32")
    np.testing.assert_array_equal(
        two_scales.restore(x, "haze"), restorer.restore(x, "haze")
    )
    for weather in ("rain", "snow", "raindrop"):
        change = two_scales.restore(x, weather) - restorer.restore(x, weather)
        assert np.abs(change).max() > 1e-3


@pytest.mark.every_backend
def test_scales_are_part_of_a_preset(two_scales, tmp_path):
    two_scales.save_to_preset(tmp_path)
    loaded = models.MUIRFImageRestorer.from_preset(tmp_path)
    assert loaded.scales == 2
    x = photograph(17, 23)
    np.testing.assert_array_equal(loaded.restore(x), two_scales.restore(x))


@pytest.mark.parametrize("scales", [0, 1.5, "2"])
def test_scales_are_counted(scales):
    with pytest.raises(ValueError, match="`scales` must be an integer"):
        small_restorer(scales=scales)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((4, 4), "uint8"), "shape"),
        (np.zeros((4, 4, 4), "uint8"), "shape"),
        (np.zeros((0, 4, 3), "uint8"), "shape"),
        (np.zeros((4, 4, 3), "int64"), "dtype"),
        (np.full((4, 4, 3), 200.0), "Divide"),
        (np.full((4, 4, 3), np.nan, "float32"), "NaN"),
    ],
)
def test_what_is_no_image_is_an_error(restorer, images, message):
    with pytest.raises(ValueError, match=message):
        restorer.restore(images)


def test_an_unknown_weather_is_an_error(restorer):
    with pytest.raises(ValueError, match="raindrop.*'sun'"):
        restorer.restore(photograph(4, 4), "sun")
    with pytest.raises(ValueError, match="one entry"):
        restorer.restore(photograph(4, 4), ["rain", "snow"])


def test_weathers_must_match_the_backbone():
    with pytest.raises(ValueError, match="2 weathers"):
        models.MUIRFImageRestorer(small_backbone(num_weathers=2))
    derainer = models.MUIRFImageRestorer(
        small_backbone(num_weathers=1), weathers=("rain",)
    )
    assert derainer.num_tasks == 1
    assert derainer.restore(photograph(4, 4), "rain").shape == (4, 4, 3)


def test_blocks_must_match_the_levels():
    with pytest.raises(ValueError, match="encoder_blocks"):
        small_backbone(encoder_blocks=(1, 1))


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_reduced_precision_restores_alike(restorer, policy, tmp_path):
    restorer.save_to_preset(tmp_path)
    reduced = models.MUIRFImageRestorer.from_preset(tmp_path, dtype=policy)
    assert reduced.backbone.dtype_policy.name == policy
    x = photograph(16, 24, "float32")
    error = np.abs(reduced.restore(x, "rain") - restorer.restore(x, "rain"))
    assert 0 < error.mean() < 0.02


def test_channels_stand_last_whatever_the_global_format():
    keras.config.set_image_data_format("channels_first")
    try:
        restored = small_restorer().restore(photograph(8, 12))
    finally:
        keras.config.set_image_data_format("channels_last")
    assert restored.shape == (8, 12, 3)

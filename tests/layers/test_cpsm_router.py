import keras
import numpy as np
import pytest
from keras import ops

from keras_muirf import layers


def features(batch, seed=0):
    rng = np.random.default_rng(seed)
    scale = rng.uniform(0.2, 3.0, size=(batch, 1, 1, 6))
    x = rng.normal(size=(batch, 8, 9, 6)) * scale
    return x.astype("float32")


def make(**kwargs):
    router = layers.CPSMRouter(
        num_weathers=4, num_experts=5, context_dim=8, **kwargs
    )
    router(features(1))
    rng = np.random.default_rng(1)
    for weight in router.trainable_weights:
        weight.assign(rng.normal(size=weight.shape))
    return router


def numpy(routing):
    return {k: ops.convert_to_numpy(v) for k, v in routing.items()}


def test_outputs_are_distributions():
    routing = numpy(make()(features(3)))
    assert routing["expert_weights"].shape == (3, 5)
    assert routing["weather"].shape == (3, 4)
    assert routing["context"].shape == (3, 8)
    for name in ("expert_weights", "weather", "weather_weights"):
        assert np.all(routing[name] >= 0)
        np.testing.assert_allclose(routing[name].sum(-1), 1, atol=1e-5)


def test_hard_soft_and_given_weather():
    router = make()
    x = features(4)
    pi = numpy(router(x))["weather"]
    hard = np.eye(4)[pi.argmax(-1)]
    np.testing.assert_array_equal(numpy(router(x))["weather_weights"], hard)
    np.testing.assert_array_equal(
        numpy(router(x, "hard"))["weather_weights"], hard
    )
    np.testing.assert_array_equal(
        numpy(router(x, "soft"))["weather_weights"], pi
    )
    mixed = numpy(router(x, np.array([2, -1, -2, 0])))["weather_weights"]
    np.testing.assert_array_equal(
        mixed, [np.eye(4)[2], hard[1], pi[2], np.eye(4)[0]]
    )


def test_experts_depend_on_the_image_and_not_on_the_label():
    router = make()
    x = features(2)
    for training in (False, True):
        quiet = make(noise=0.0)
        weights = [
            numpy(quiet(x, np.full(2, k), training=training))["expert_weights"]
            for k in (-2, -1, 0, 3)
        ]
        for other in weights[1:]:
            np.testing.assert_array_equal(weights[0], other)
    p = numpy(router(x))["expert_weights"]
    assert np.abs(p[0] - p[1]).max() > 1e-3


def test_inference_is_deterministic_and_training_is_noisy():
    router = make(noise=0.5)
    x = features(2)
    first, second = numpy(router(x)), numpy(router(x))
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])
    noisy = [
        numpy(router(x, np.array([0, 1]), training=True))["expert_weights"]
        for _ in range(2)
    ]
    assert np.abs(noisy[0] - noisy[1]).max() > 1e-4


def test_one_image_and_a_batch_agree():
    router = make()
    x = features(3)
    together = numpy(router(x))
    for i in range(3):
        alone = numpy(router(x[i : i + 1]))
        for name in together:
            np.testing.assert_allclose(
                together[name][i : i + 1], alone[name], atol=1e-6
            )


def test_moments_of_tiles_average_to_those_of_the_image():
    router = make()
    x = features(1)
    left, right = x[:, :, :3], x[:, :, 3:]
    moments = (
        3 * ops.convert_to_numpy(router.moments(left))
        + 6 * ops.convert_to_numpy(router.moments(right))
    ) / 9
    from_tiles = numpy(router(moments))
    whole = numpy(router(x))
    for name in whole:
        np.testing.assert_allclose(from_tiles[name], whole[name], atol=1e-5)


def test_top_k_leaves_k_experts():
    p = numpy(make(top_k=2)(features(4)))["expert_weights"]
    assert np.all((p > 0).sum(-1) == 2)


def test_the_posterior_replaces_the_label_more_and_more():
    x = np.repeat(features(1), 256, axis=0)
    early = make(posterior_rate=1.0, posterior_ramp=1000)
    seen = int(numpy(early(x))["weather"][0].argmax())
    label = np.full(256, (seen + 1) % 4)
    taken = numpy(early(x, label, training=True))["weather_weights"]
    np.testing.assert_array_equal(taken.argmax(-1), label)
    early.training_calls.assign(500)
    taken = numpy(early(x, label, training=True))["weather_weights"]
    assert 0.3 < np.mean(taken.argmax(-1) == seen) < 0.7
    early.training_calls.assign(1000)
    taken = numpy(early(x, label, training=True))["weather_weights"]
    assert np.all(taken.argmax(-1) == seen)
    # At inference a given weather is always used.
    taken = numpy(early(x, label))["weather_weights"]
    np.testing.assert_array_equal(taken.argmax(-1), label)


def test_losses_are_the_cross_entropy_and_the_balance():
    x, label = features(2), np.array([3, -1])
    router = make(weather_loss_weight=0.5, balance_loss_weight=0.0, noise=0.0)
    router(x, label, training=True)
    pi = numpy(router(x))["weather"]
    router(x, label, training=True)
    assert float(ops.convert_to_numpy(router.losses[0])) == pytest.approx(
        -0.5 * np.log(pi[0, 3]), rel=1e-4
    )
    even = make(weather_loss_weight=0.0, balance_loss_weight=1.0)
    even.expert_kernel.assign(ops.zeros_like(even.expert_kernel.value))
    even(x, label, training=True)
    assert float(ops.convert_to_numpy(even.losses[0])) == pytest.approx(
        1.0, rel=0.05
    )
    router(x)
    assert not router.losses


def test_a_clear_image_has_a_class_and_the_kernels_of_a_weather():
    x = features(5)
    router = make(
        clear_class=True,
        weather_loss_weight=1.0,
        balance_loss_weight=0.0,
        noise=0.0,
        posterior_rate=0.0,
    )
    router(x)
    # Not sure of anything.
    router.weather_kernel.assign(0.05 * router.weather_kernel.value)
    routing = numpy(router(x))
    assert routing["clear"].shape == (5, 1)
    np.testing.assert_allclose(routing["weather"].sum(-1), 1.0, rtol=1e-5)
    # Clear among the images of weather 1 and of 3, weather 2, unknown, mixed.
    codes = np.array([4 + 1, 4 + 3, 2, -1, -2])
    trained = numpy(router(x, codes, training=True))
    weights = trained["weather_weights"]
    np.testing.assert_array_equal(weights[:3].argmax(-1), [1, 3, 2])
    np.testing.assert_array_equal(weights[:3].max(-1), 1.0)
    np.testing.assert_allclose(weights[4], routing["weather"][4], rtol=1e-5)
    probabilities = [
        routing["clear"][0, 0],
        routing["clear"][1, 0],
        (1 - routing["clear"][2, 0]) * routing["weather"][2, 2],
    ]
    assert float(ops.convert_to_numpy(router.losses[0])) == pytest.approx(
        -np.mean(np.log(probabilities)), rel=1e-4
    )


@pytest.mark.parametrize(
    ("probability", "open_"),
    [(0.0, 1.0), (0.3, 0.7), (0.45, 0.55), (0.5, 0.25), (0.55, 0), (0.9, 0)],
)
def test_the_gate_closes_where_there_is_more_likely_no_weather(
    probability, open_
):
    router = layers.CPSMRouter(num_weathers=4, clear_class=True)
    router(features(1))
    # The classes' probabilities are those of the bias alone.
    for weight in (router.weather_kernel, router.weather_bias):
        weight.assign(ops.zeros_like(weight.value))
    odds = np.log(max(4 * probability, 1e-9) / (1 - probability))
    router.weather_bias.assign([0, 0, 0, 0, odds])
    # Unknown, mixed, given, and clear among the images of weather 1.
    routing = numpy(router(features(4), np.array([-1, -2, 2, 4 + 1])))
    np.testing.assert_allclose(routing["clear"], probability, atol=1e-6)
    unknown, given = np.split(routing["gate"][:, 0], 2)
    np.testing.assert_allclose(unknown, open_, atol=1e-5)
    np.testing.assert_array_equal(given, 1.0)


def test_without_that_class_clear_images_teach_nothing():
    router = make(weather_loss_weight=1.0, balance_loss_weight=0.0)
    assert not {"clear", "gate"} & set(router(features(2)))
    router(features(2), np.array([4, 6]), training=True)
    assert float(ops.convert_to_numpy(router.losses[0])) == 0.0


def test_one_weather_is_told_from_none():
    router = layers.CPSMRouter(num_weathers=1, clear_class=True)
    routing = numpy(router(features(3)))
    np.testing.assert_array_equal(routing["weather"], 1.0)
    assert len(set(routing["clear"].ravel())) > 1


@pytest.mark.parametrize(
    "policy", ["float32", "mixed_bfloat16", "mixed_float16", "bfloat16"]
)
def test_dtype_policies(policy):
    router = make(dtype=policy)
    routing = router(features(2), np.array([0, 1]), training=True)
    compute = keras.DTypePolicy(policy).compute_dtype
    for value in routing.values():
        assert keras.backend.standardize_dtype(value.dtype) == compute


def test_config_round_trip():
    router = layers.CPSMRouter(
        num_weathers=3,
        top_k=2,
        temperature=0.5,
        noise=0.2,
        clear_class=True,
        seed=4,
    )
    again = layers.CPSMRouter.from_config(router.get_config())
    assert again.get_config() == router.get_config()


def test_bad_arguments_are_errors():
    with pytest.raises(ValueError, match="temperature"):
        layers.CPSMRouter(temperature=0)
    with pytest.raises(ValueError, match="top_k"):
        layers.CPSMRouter(num_experts=4, top_k=5)
    with pytest.raises(ValueError, match="'sunny'"):
        make()(features(1), "sunny")

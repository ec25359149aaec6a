"""Properties that every CPSM convolution has."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from keras import ops

from keras_muirf import layers

WEATHERS = 3
EXPERTS = 5
CHANNELS = 4
KINDS = {
    "dense": lambda **kw: layers.CPSMConv2D(6, 3, **kw),
    "pointwise": lambda **kw: layers.CPSMPointwiseConv2D(6, **kw),
    "depthwise": lambda **kw: layers.CPSMDepthwiseConv2D(3, **kw),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def images(batch, height=7, width=5, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(batch, height, width, CHANNELS)).astype("float32")


def random_routing(batch, seed=0):
    rng = np.random.default_rng(seed)
    return {
        "expert_weights": rng.dirichlet(np.ones(EXPERTS), batch).astype(
            "float32"
        ),
        "weather_weights": rng.dirichlet(np.ones(WEATHERS), batch).astype(
            "float32"
        ),
    }


def given_weather(labels):
    routing = random_routing(len(labels))
    routing["weather_weights"] = np.eye(WEATHERS, dtype="float32")[labels]
    return routing


def make(kind, **kwargs):
    layer = KINDS[kind](**kwargs)
    layer(images(1), **random_routing(1))
    rng = np.random.default_rng(7)
    for weight in layer.weights:
        weight.assign(rng.normal(size=weight.shape))
    return layer


def share(layer, value):
    """Makes every mask 1 or 0."""
    layer.expert_scores.assign(ops.zeros_like(layer.expert_scores.value))
    layer.score_bias.assign(
        ops.full_like(layer.score_bias.value, 50.0 if value else -50.0)
    )


def plain(kind, x, kernel, bias):
    """A plain convolution of one image, by Keras' own operations."""
    x = ops.convert_to_tensor(x)
    kernel = ops.convert_to_tensor(kernel)
    if kind == "depthwise":
        y = ops.depthwise_conv(x, kernel[..., None], padding="same")
    elif kind == "pointwise":
        y = ops.conv(x, kernel[None, None], padding="same")
    else:
        y = ops.conv(x, kernel, padding="same")
    return ops.convert_to_numpy(y) + np.asarray(bias)


def numpy(value):
    return ops.convert_to_numpy(value)


@every_kind
def test_is_plain_with_the_shared_kernel_where_all_is_shared(kind):
    layer = make(kind)
    share(layer, True)
    x = images(3)
    y = numpy(layer(x, **random_routing(3)))
    expected = plain(kind, x, numpy(layer.kernel), numpy(layer.bias))
    np.testing.assert_allclose(y, expected, atol=2e-5)


@every_kind
def test_is_plain_with_the_weathers_kernel_where_nothing_is_shared(kind):
    layer = make(kind)
    share(layer, False)
    x = images(WEATHERS)
    y = numpy(layer(x, **given_weather([2, 0, 1])))
    for i, k in enumerate([2, 0, 1]):
        expected = plain(
            kind,
            x[i : i + 1],
            numpy(layer.specific_kernel)[k],
            numpy(layer.specific_bias)[k],
        )
        np.testing.assert_allclose(y[i : i + 1], expected, atol=2e-5)


@every_kind
@pytest.mark.parametrize("fraction", [0.0, 0.5, 1.0])
@settings(max_examples=6, deadline=None)
@given(
    # Few sizes: JAX compiles every operation anew for each.
    size=st.sampled_from([(1, 1), (2, 5)]),
    seed=st.integers(0, 1000),
)
def test_convolves_each_image_with_the_kernel_mixed_by_hand(
    kind, fraction, size, seed
):
    layer = make(kind, specific_fraction=fraction)
    x = images(2, *size, seed)
    routing = random_routing(2, seed)
    m = numpy(layer.channel_mask(routing["expert_weights"]))
    assert set(np.unique(m)) <= {0.0, 1.0}
    n = layer.num_eligible
    assert np.all(m[:, n:] == 1)
    y = numpy(layer(x, **routing))
    for i in range(2):
        kernel, bias = numpy(layer.kernel).copy(), numpy(layer.bias).copy()
        if n:
            s = numpy(layer.score_bias) + routing["expert_weights"][i] @ numpy(
                layer.expert_scores
            )
            np.testing.assert_array_equal(m[i, :n], s >= 0)
            alpha = routing["weather_weights"][i]
            v = np.tensordot(alpha, numpy(layer.specific_kernel), 1)
            c = alpha @ numpy(layer.specific_bias)
            kernel[..., :n] = m[i, :n] * kernel[..., :n] + (1 - m[i, :n]) * v
            bias[:n] = m[i, :n] * bias[:n] + (1 - m[i, :n]) * c
        expected = plain(kind, x[i : i + 1], kernel, bias)
        np.testing.assert_allclose(y[i : i + 1], expected, atol=5e-5)


@every_kind
def test_one_image_and_a_batch_agree(kind):
    layer = make(kind)
    x, routing = images(3), random_routing(3)
    together = numpy(layer(x, **routing))
    for i in range(3):
        one = {name: value[i : i + 1] for name, value in routing.items()}
        alone = numpy(layer(x[i : i + 1], **one))
        np.testing.assert_allclose(together[i : i + 1], alone, atol=2e-5)


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("fraction", [0.0, 0.5])
@pytest.mark.parametrize("batched", [True, False])
def test_scales_and_offsets_of_channels_go_into_the_kernel(
    use_bias, fraction, batched
):
    layer = make("pointwise", use_bias=use_bias, specific_fraction=fraction)
    x, routing = images(3), random_routing(3)
    rng = np.random.default_rng(5)

    def draw(channels):
        shape = (3, channels) if batched else (channels,)
        return rng.normal(size=shape).astype("float32")

    scale, offset, after = draw(CHANNELS), draw(CHANNELS), draw(6)
    found = layer(
        x,
        **routing,
        input_scale=scale,
        input_offset=offset,
        output_scale=after,
    )
    if batched:
        scale, offset, after = (
            v[:, None, None] for v in (scale, offset, after)
        )
    expected = numpy(layer(scale * x + offset, **routing)) * after
    np.testing.assert_allclose(numpy(found), expected, atol=1e-4)


@every_kind
def test_no_bias(kind):
    layer = make(kind, use_bias=False)
    assert len(layer.weights) == 4
    zero = numpy(layer(np.zeros_like(images(2)), **random_routing(2)))
    assert np.all(zero == 0)


@every_kind
@pytest.mark.parametrize("ratio", [0.0, 0.25, 0.5, 1.0])
def test_a_sharing_ratio_fixes_the_number_of_shared_channels(kind, ratio):
    layer = make(kind, sharing_ratio=ratio)
    m = numpy(layer.channel_mask(random_routing(6)["expert_weights"]))
    assert np.all(m.sum(axis=1) == round(ratio * layer.num_channels))


@every_kind
@pytest.mark.parametrize(
    "policy", ["float32", "mixed_bfloat16", "mixed_float16"]
)
def test_dtype_policies(kind, policy):
    reference = make(kind)
    layer = make(kind, dtype=policy)
    x, routing = images(2), random_routing(2)
    y = layer(x, **routing)
    compute = keras.DTypePolicy(policy).compute_dtype
    assert keras.backend.standardize_dtype(y.dtype) == compute
    # Scores are in float32 under every policy: the masks are the same.
    np.testing.assert_array_equal(
        numpy(layer.channel_mask(routing["expert_weights"])),
        numpy(reference.channel_mask(routing["expert_weights"])),
    )
    scale = np.abs(numpy(reference(x, **routing))).max()
    np.testing.assert_allclose(
        numpy(ops.cast(y, "float32")),
        numpy(reference(x, **routing)),
        atol=1e-5 * scale if policy == "float32" else 0.03 * scale,
    )


@every_kind
def test_channels_stand_last_whatever_the_global_format(kind):
    layer = make(kind)
    x, routing = images(2), random_routing(2)
    expected = numpy(layer(x, **routing))
    keras.config.set_image_data_format("channels_first")
    try:
        np.testing.assert_array_equal(numpy(layer(x, **routing)), expected)
    finally:
        keras.config.set_image_data_format("channels_last")


@every_kind
def test_weathers_start_apart(kind):
    layer = KINDS[kind](kernel_initializer=keras.initializers.GlorotNormal(3))
    layer(images(1), **random_routing(1))
    kernels = [*numpy(layer.specific_kernel), numpy(layer.kernel)]
    for i, a in enumerate(kernels):
        for b in kernels[:i]:
            assert np.abs(a - b).max() > 1e-3


@every_kind
def test_config_round_trip(kind):
    layer = KINDS[kind](
        specific_fraction=0.5,
        sharing_ratio=0.25,
        sharing_target=0.3,
        sharing_loss_weight=0.1,
        use_bias=False,
    )
    config = layer.get_config()
    again = layer.__class__.from_config(config)
    assert again.get_config() == config


@every_kind
def test_the_sharing_loss_pulls_to_the_target(kind):
    layer = make(kind, sharing_loss_weight=2.0, sharing_target=0.25)
    share(layer, True)
    layer(images(2), **random_routing(2), training=True)
    assert float(numpy(layer.losses[0])) == pytest.approx(2.0 * 0.75**2)
    layer(images(2), **random_routing(2), training=False)
    assert not layer.losses


@pytest.mark.parametrize(
    "arguments",
    [
        {"specific_fraction": 1.5},
        {"sharing_ratio": -0.1},
        {"sharing_target": 2},
    ],
)
def test_fractions_out_of_range_are_errors(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        layers.CPSMPointwiseConv2D(4, **arguments)


def test_even_kernels_are_errors():
    with pytest.raises(ValueError, match="odd"):
        layers.CPSMConv2D(4, 2)
    with pytest.raises(ValueError, match="odd"):
        layers.CPSMDepthwiseConv2D(2)

import numpy as np
import pytest
from keras import ops
from small import small_backbone

from keras_muirf import models


@pytest.fixture(scope="module")
def fixed():
    """A quarter of the channels specific, whatever the image."""
    return small_backbone(specific_fraction=0.25, sharing_ratio=0.0)


def features(backbone, experts):
    rng = np.random.default_rng(0)
    routing = {
        "context": rng.normal(size=(1, backbone.context_dim)),
        "expert_weights": np.array([experts]),
        "weather_weights": np.eye(backbone.num_weathers)[:1],
    }
    routing = {k: ops.cast(v, "float32") for k, v in routing.items()}
    image = ops.cast(rng.uniform(size=(1, 8, 8, 3)), "float32")
    return ops.convert_to_numpy(backbone.restore_features(image, routing))


def test_without_a_choice_the_same_channels_are_specific(fixed):
    experts = np.random.default_rng(0).dirichlet(np.ones(3), 5)
    assert fixed.cpsm_layers
    for layer in fixed.cpsm_layers.values():
        mask = layer.channel_mask(ops.convert_to_tensor(experts, "float32"))
        mask = ops.convert_to_numpy(mask)
        specific = round(0.25 * layer.num_channels)
        assert specific
        np.testing.assert_array_equal(mask[:, :specific], 0.0)
        np.testing.assert_array_equal(mask[:, specific:], 1.0)


def test_without_a_choice_experts_have_no_say_and_no_weights(fixed):
    one, other = [0.9, 0.1, 0.0], [0.0, 0.2, 0.8]
    np.testing.assert_array_equal(features(fixed, one), features(fixed, other))
    assert not any(w.name == "expert_scores" for w in fixed.weights)


def test_with_a_ratio_experts_choose_that_many():
    backbone = small_backbone(sharing_ratio=0.5)
    one, other = [0.9, 0.1, 0.0], [0.0, 0.2, 0.8]
    assert np.any(features(backbone, one) != features(backbone, other))
    for layer in backbone.cpsm_layers.values():
        mask = layer.channel_mask(ops.convert_to_tensor([one], "float32"))
        shared = layer.num_channels - layer.num_eligible
        shared += round(0.5 * layer.num_eligible)
        assert ops.convert_to_numpy(mask).sum() == shared


def test_the_ratio_is_part_of_the_config(fixed):
    again = models.MUIRFBackbone.from_config(fixed.get_config())
    assert again.sharing_ratio == 0.0
    assert [w.shape for w in again.weights] == [w.shape for w in fixed.weights]


def test_configs_of_before_the_ratio_load_as_they_were():
    config = small_backbone().get_config()
    assert config.pop("sharing_ratio") is None
    backbone = models.MUIRFBackbone.from_config(config)
    assert any(w.name == "expert_scores" for w in backbone.weights)

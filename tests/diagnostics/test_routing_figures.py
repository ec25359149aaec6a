"""The figures of masks and routing on a case that is worked out by hand."""

import numpy as np
import pytest

from keras_muirf.diagnostics import routing_figures

MASKS = {
    "middle_0/expand": np.array(
        [[1, 1, 0, 0], [1, 0, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0], [1, 1, 1, 1]]
    )
}
EXPERTS = np.array([[1, 0], [0.5, 0.5], [0, 1], [0, 1], [0.5, 0.5]])
POSTERIOR = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0, 1], [1, 0]])


def figures(labels, weathers=("rain", "haze", "snow")):
    found = routing_figures(MASKS, EXPERTS, POSTERIOR, labels, weathers)
    tags = {f.tag: f.value for f in found}
    assert len(tags) == len(found)
    return tags


def test_by_weather():
    found = figures(np.array([0, 0, 1, 1, -1]))
    layer = "middle_0.expand"
    assert found == pytest.approx(
        {
            f"shared_fraction/{layer}": 11 / 20,
            f"shared_fraction/{layer}/rain": 3 / 8,
            f"shared_fraction/{layer}/haze": 4 / 8,
            # 3/5, 4/5, 3/5 and 1/5 of the images share the four channels.
            f"mask_variance/{layer}": (0.24 + 0.16 + 0.24 + 0.16) / 4,
            f"mask_variance/{layer}/rain": 0.25 / 4,
            f"mask_variance/{layer}/haze": 0.0,
            f"mask_overlap/{layer}/rain-haze": 1 - (1 + 0.5 + 1 + 0) / 4,
            "expert_load/expert 0": 0.4,
            "expert_load/expert 1": 0.6,
            "expert_load/rain-expert 0": 0.75,
            "expert_load/rain-expert 1": 0.25,
            "expert_load/haze-expert 0": 0.0,
            "expert_load/haze-expert 1": 1.0,
            # The last image has no label, and there is no snow.
            "weather_accuracy": 3 / 4,
            "weather_accuracy/rain": 1 / 2,
            "weather_accuracy/haze": 1.0,
        }
    )


def test_without_labels():
    found = figures(np.full(5, -1))
    assert found["shared_fraction/middle_0.expand"] == pytest.approx(0.55)
    assert not any("rain" in tag or "accuracy" in tag for tag in found)


def test_a_label_without_a_weather():
    with pytest.raises(ValueError, match="labels with 2"):
        figures(np.array([0, 0, 1, 1, 2]), ("rain", "haze"))

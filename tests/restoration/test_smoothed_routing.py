import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from router import Router

from keras_muirf.restoration import SmoothedRouting


def _decided(routing):
    return int(routing["weather_weights"][0].argmax())


def _run(moments, times=None, cuts=(), weather="auto", **options):
    router = Router()
    route = SmoothedRouting(router, weather, frame_seconds=0.04, **options)
    times = 0.04 * np.arange(len(moments)) if times is None else times
    return router, [
        route(np.float32([moment]), time, k in cuts)
        for k, (moment, time) in enumerate(zip(moments, times, strict=True))
    ]


def test_a_flickering_posterior_gives_one_decision(rng):
    """Frame by frame the weather would change every few frames."""
    noise = rng.normal(0, 0.3, (100, 2)) + [0.1, 0]
    alone = [_decided(Router().route(m[None])) for m in noise]
    assert 20 < np.abs(np.diff(alone)).sum()
    _, routings = _run(noise)
    decisions = [_decided(routing) for routing in routings]
    assert len(set(decisions[3:])) == 1
    # The first few frames may still be wrong, once.
    assert np.abs(np.diff(decisions)).sum() <= 1


def test_hysteresis_holds_where_the_mean_wavers():
    """The posterior moves slowly about one half: no mean removes that."""
    wave = 0.1 * np.sin(np.arange(400) / 40)
    moments = np.stack([wave, -wave], axis=1)
    posteriors = [r["weather"][0].argmax() for r in _run(moments)[1]]
    assert np.abs(np.diff(posteriors)).sum() >= 2
    held = {_decided(r) for r in _run(moments)[1]}
    assert len(held) == 1
    free = [_decided(r) for r in _run(moments, margin=0.0)[1]]
    assert free == posteriors


def test_a_new_weather_is_followed_in_time():
    moments = [[1.0, 0.0]] * 50 + [[0.0, 1.0]] * 100
    decisions = [_decided(routing) for routing in _run(moments)[1]]
    turn = decisions.index(1)
    assert 50 < turn < 50 + 2 / 0.04
    assert set(decisions[turn:]) == {1}


def test_a_cut_is_followed_at_once():
    moments = [[1.0, 0.0]] * 50 + [[0.0, 1.0]] * 10
    _, routings = _run(moments, cuts={50})
    assert [_decided(r) for r in routings] == [0] * 50 + [1] * 10
    np.testing.assert_allclose(routings[50]["moments"], [[0.0, 1.0]], atol=1e-6)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.integers(1, 5), min_size=2, max_size=30),
    st.integers(2, 4),
    st.integers(0, 2**32 - 1),
)
def test_time_counts_and_not_the_number_of_frames(lengths, parts, seed):
    """Each frame shown as several shorter ones gives the same mean."""
    moments = np.random.default_rng(seed).normal(size=(len(lengths), 2))
    # A frame counts for the time since the one before it.
    lengths = [1, *lengths[1:]]
    times = 0.04 * np.cumsum(lengths)
    whole = _run(moments, times)[1][-1]["moments"]
    router = Router()
    route = SmoothedRouting(router, frame_seconds=0.04 / parts)
    for moment, time, length in zip(moments, times, lengths, strict=True):
        for part in range(1, parts + 1):
            shown = time - 0.04 * length * (1 - part / parts)
            split = route(np.float32([moment]), shown)["moments"]
    np.testing.assert_allclose(split, whole, rtol=1e-4, atol=1e-5)


def test_a_still_scene_is_routed_as_its_picture(rng):
    """From the first frame on: the mean is corrected for its beginning."""
    moment = rng.normal(size=2)
    for routing in _run([moment] * 20)[1]:
        np.testing.assert_allclose(routing["moments"], [moment], rtol=1e-5)


@pytest.mark.parametrize("weather", ["rain", "snow", "mixed"])
def test_a_given_weather_is_handed_on(weather, rng):
    router, _ = _run(rng.normal(size=(20, 2)), weather=weather)
    assert set(router.asked) == {weather}


def test_frames_of_one_time_do_no_harm():
    _, routings = _run([[1.0, 0.0]] * 3, times=[0.0, 0.0, 0.0])
    assert np.isfinite(routings[-1]["moments"]).all()

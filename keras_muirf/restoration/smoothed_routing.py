"""One routing per frame of a video that does not flicker."""

import numpy as np

SECONDS = 1.0
MARGIN = 0.2


class SmoothedRouting:
    """Routes the frames of a video, each in the light of those before it.

    The router is asked with an exponential mean of the frames' moments over
    `seconds`, in which a frame counts for as long as it lasts: whatever the
    frame rate, and however it varies, the mean is that of the same time. The
    weights of the first frames are corrected for there being none before.

    Where the router decides for one weather, the decision stays until another
    weather is more probable by `margin` (hysteresis). At a scene cut mean and
    decision begin anew.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        weather: `"auto"`, `"mixed"` or one of `restorer.weathers`.
        frame_seconds: float. How long a frame lasts, as far as is known; the
            weight of the first.
        seconds: float. The time constant of the mean.
        margin: float in [0, 1]. Lead in probability that changes a decision.
    """

    def __init__(
        self,
        restorer,
        weather="auto",
        frame_seconds: float = 0.04,
        seconds: float = SECONDS,
        margin: float = MARGIN,
    ):
        self.restorer = restorer
        self.weather = weather
        self.frame_seconds = frame_seconds
        self.seconds = seconds
        self.margin = margin
        self._time = None
        self._begin_scene()

    def __call__(self, moments, time, cut=False):
        """Routes the next frame.

        Args:
            moments: float array `(1, D)`, the frame's own.
            time: float. When the frame is shown, in seconds.
            cut: bool. Whether the frame begins a scene.

        Returns:
            A dict, as `restorer.route` gives it.
        """
        if cut:
            self._begin_scene()
        lasted = self.frame_seconds
        if self._time is not None:
            lasted = max(time - self._time, 0.0)
        self._time = time
        kept = np.exp(-lasted / self.seconds)
        # In float64, for sums of many small shares.
        self._sum = kept * self._sum + (1 - kept) * np.float64(moments)
        self._weight = kept * self._weight + (1 - kept)
        mean = self._sum / max(self._weight, np.finfo("float64").tiny)
        return self._decided(mean.astype("float32"))

    def _begin_scene(self):
        self._sum = 0.0
        self._weight = 0.0
        self._held = None

    def _decided(self, moments):
        routing = self.restorer.route(moments, self.weather)
        if self.weather != "auto":
            return routing
        posterior = routing["weather"][0]
        best = int(np.argmax(posterior))
        held = best if self._held is None else self._held
        if posterior[best] > posterior[held] + self.margin:
            held = best
        self._held = held
        if held == best:
            return routing
        told = self.restorer.route(moments, self.restorer.weathers[held])
        # Nothing else is as if the weather had been told by the user.
        return {**routing, "weather_weights": told["weather_weights"]}

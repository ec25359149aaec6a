from keras_muirf.restoration.scene_cuts import SceneCuts
from keras_muirf.restoration.smoothed_routing import SmoothedRouting


class FrameRestorer:
    """A restorer to which every image is the next frame of a video.

    It routes by `SmoothedRouting`, and is in all else the restorer that it is
    given: whatever restores photographs with one restores frames with it.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        weather: `"auto"`, `"mixed"` or one of `restorer.weathers`.
        frame_seconds: float. How long a frame lasts, as far as is known.
    """

    def __init__(self, restorer, weather, frame_seconds):
        self._restorer = restorer
        self._smoothed = SmoothedRouting(restorer, weather, frame_seconds)
        self._is_cut = SceneCuts()
        self._frame = None

    def __getattr__(self, name):
        return getattr(self._restorer, name)

    def begin_frame(self, pixels, seconds):
        """Tells which frame will be routed next.

        Args:
            pixels: uint8 or uint16 array `(H, W, 3)`.
            seconds: float. When it is shown.
        """
        self._frame = seconds, self._is_cut(pixels)

    def route(self, moments, weather=None):
        """Routes the frame, as `MUIRFImageRestorer.route` an image.

        Args:
            moments: float array `(1, D)`.
            weather: not used; the video's holds.

        Returns:
            A dict of arrays.
        """
        return self._smoothed(moments, *self._frame)

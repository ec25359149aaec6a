"""How far the routing of a video changes from frame to frame.

    python benchmarks/video_flicker.py CLIP [--preset P]
    python benchmarks/video_flicker.py PHOTOGRAPH --severity 0.2

Each frame is routed twice: by itself, as a photograph is, and as
`restoration.restore_video` does it, from the frames before it too. Of a
photograph a clip is made: the camera pans over it, and rain of one severity is
drawn anew on every frame.

The table tells between how many neighbouring frames of one scene the weather
that is removed changes, how much the probabilities of the weathers change on
average, and how much the correction does, the restored frame less the frame,
in steps of 1 of 255. Rain that falls changes the correction as well; what the
routing adds is the difference of the two rows.
"""

import argparse

import numpy as np

from keras_muirf import restoration
from keras_muirf.models import MUIRFImageRestorer
from keras_muirf.restoration.frame_restorer import FrameRestorer
from keras_muirf.restoration.scene_cuts import SceneCuts
from keras_muirf.weather import Rain

RATE = 25


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", help="a video or a photograph")
    parser.add_argument("--preset", default="muirf_tiny_all_weather")
    parser.add_argument("--frames", type=int, default=100, help="at most")
    parser.add_argument("--severity", type=float, default=0.2)
    args = parser.parse_args()

    restorer = MUIRFImageRestorer.from_preset(args.preset)
    make = read if restoration.is_video_name(args.source) else pan
    frames = make(args)
    print("| routed | frames | changes of weather | probability | correction |")
    print("|---|---|---|---|---|")
    for name, row in measure(restorer, frames).items():
        print(
            f"| {name} | {row['frames']} | {row['changes']} | "
            f"{row['posterior']:.4f} | {row['correction']:.3f} |"
        )


def read(args):
    """Yields a video's frames, uint8 `(H, W, 3)`, and their seconds."""
    import av

    with av.open(args.source) as container:
        for k, frame in enumerate(container.decode(video=0)):
            if k == args.frames:
                return
            yield frame.to_ndarray(format="rgb24"), frame.time


def pan(args):
    """Yields frames of a camera that pans in the rain, and their seconds."""
    photograph = restoration.read_rgb8(args.source)
    rain = Rain(args.severity, angle=10, scale=1, veil=0.5, seed=0)
    height, width = (n * 4 // 5 for n in photograph.shape[:2])
    last = max(args.frames - 1, 1)
    for k in range(args.frames):
        top, left = (
            (whole - part) * k // last
            for whole, part in zip(
                photograph.shape, (height, width), strict=False
            )
        )
        scene = photograph[top : top + height, left : left + width]
        rainy = np.asarray(rain(scene.astype("float32") / 255))
        yield np.rint(255 * rainy).astype("uint8"), k / RATE


def measure(restorer, frames):
    """Measures both ways to route in one pass over the frames.

    Returns:
        A dict of a row for each way.
    """
    frame_restorer = FrameRestorer(restorer, "auto", 1 / RATE)
    ways = {
        "frame by frame": Watched(restorer),
        "smoothed": Watched(frame_restorer),
    }
    steps = {name: [] for name in ways}
    before = {}
    is_cut = SceneCuts()
    count = 0
    for pixels, seconds in frames:
        count += 1
        cut = is_cut(pixels)
        frame_restorer.begin_frame(pixels, seconds)
        for name, way in ways.items():
            restored, posterior = restoration.restore_photograph(way, pixels)
            now = way.decided, posterior, np.float32(restored) - pixels
            if not cut:
                steps[name].append(_step(before[name], now))
            before[name] = now
    return {
        name: {
            "frames": count,
            "changes": sum(step[0] for step in taken),
            "posterior": float(np.mean([step[1] for step in taken])),
            "correction": float(np.mean([step[2] for step in taken])),
        }
        for name, taken in steps.items()
    }


class Watched:
    """A restorer that remembers which weather it decided for."""

    def __init__(self, restorer):
        self._restorer = restorer
        self.decided = None

    def __getattr__(self, name):
        return getattr(self._restorer, name)

    def route(self, moments, weather):
        routing = self._restorer.route(moments, weather)
        self.decided = int(routing["weather_weights"][0].argmax())
        return routing


def _step(before, now):
    """What has changed from one frame to the next."""
    return (
        before[0] != now[0],
        np.abs(before[1] - now[1]).mean(),
        np.abs(before[2] - now[2]).mean(),
    )


if __name__ == "__main__":
    main()

from dataclasses import dataclass

from keras_muirf.restoration.restoration_record import RestorationRecord


@dataclass(frozen=True)
class VideoRecord(RestorationRecord):
    """What is known of one restored video.

    `weather` and `probability` are those of the frames' average.

    Args:
        frames: int. How many frames were restored.
        damaged: int. How many frames or packets the decoder called damaged.
        left_out: tuple of strings. What the container of the target or its
            encoder cannot hold, in a few words each.
    """

    frames: int = 0
    damaged: int = 0
    left_out: tuple = ()

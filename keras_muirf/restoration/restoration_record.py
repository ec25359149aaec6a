from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RestorationRecord:
    """What is known of one restored file.

    Args:
        source: `Path`. The file that was read.
        target: `Path`. The file that was written.
        weather: string. The weather that the network saw, or `"clear"`.
        probability: float. How sure it was.
        width: int. Pixels, upright.
        height: int. Pixels, upright.
        seconds: float. From reading to the finished file.
        tile: int. Height and width of its tiles, 0 for a single piece.
    """

    source: Path
    target: Path
    weather: str
    probability: float
    width: int
    height: int
    seconds: float
    tile: int = 0

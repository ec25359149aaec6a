from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a server takes from its clients, and for how long.

    Args:
        megabytes: int. The largest file.
        megapixels: float. The largest image, or frame of a video.
        upload_seconds: float. How long a file may take to arrive.
        work_seconds: float. How long it may wait and be worked on.
        queue: int. How many files are taken at a time: the one that is worked
            on, those that wait, and those that arrive.
        connections: int. How many clients may be connected.
    """

    megabytes: int = 64
    megapixels: float = 50.0
    upload_seconds: float = 30.0
    work_seconds: float = 300.0
    queue: int = 8
    connections: int = 64

    @property
    def bytes(self):
        return self.megabytes * 2**20

    @property
    def pixels(self):
        return int(self.megapixels * 1e6)

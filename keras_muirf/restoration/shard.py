import hashlib
import os
import re
from typing import NamedTuple


class Shard(NamedTuple):
    """One of several equal shares of files, which need not know of each other.

    A file's relative path decides alone in which share it is, so that shares
    stay what they are when files are added, and on machines that have the
    files elsewhere.

    Args:
        index: int. Which share, from 1.
        count: int. How many there are.

    Example:

    ```python
    shard = keras_muirf.restoration.Shard.parse("2/8")
    "day1/photo.jpg" in shard
    ```
    """

    # Names of methods of `tuple`, which no shard needs.
    index: int  # type: ignore[assignment]
    count: int  # type: ignore[assignment]

    @classmethod
    def parse(cls, text):
        """Reads a `text` such as `"2/8"`.

        Raises:
            ValueError: it is not of this form, or `i` is not from 1 to `n`.
        """
        match = re.fullmatch(r"(\d+)/(\d+)", text.strip())
        shard = cls(*map(int, match.groups())) if match else None
        if not shard or not 1 <= shard.index <= shard.count:
            raise ValueError(
                "A shard is written i/n, with i from 1 to n, such as 2/8. "
                f"Received: {text!r}"
            )
        return shard

    def __contains__(self, path):
        name = os.fsencode(os.fspath(path).replace(os.sep, "/"))
        digest = hashlib.blake2b(name, digest_size=8).digest()
        return int.from_bytes(digest) % self.count == self.index - 1

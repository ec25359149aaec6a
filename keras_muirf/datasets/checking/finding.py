import dataclasses

MISSING = "missing_partner"
SIZES = "size_mismatch"
UNREADABLE = "unreadable"
REPEAT = "repeat"
LEAK = "leak"
KNOWN_LEAK = "known_leak"
SHARED = "shared_targets"
COUNT = "count"
STRANGERS = "strangers"
NO_HASHES = "no_perceptual_hashes"


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something that a check found, and where.

    Args:
        kind: String, such as `"leak"`; see the constants of this module.
        sets: Tuple of the names of the sets that it is about.
        sentence: String that says it all but for the files.
        items: Tuple with a line for each case, such as two files of one
            picture.
    """

    kind: str
    sets: tuple
    sentence: str
    items: tuple = ()

import numpy as np

_BITS = 64
# Of comparisons at a time: they take eight bytes each.
_BLOCK = 1_000_000


def near_hashes(hashes, groups, distance):
    """Finds hashes of different groups that differ in few bits.

    Two hashes that differ in no more than `distance` bits agree in one of
    `distance + 1` bands of bits, so only those that share a band's value are
    compared.

    Args:
        hashes: uint64 array `(n,)`.
        groups: Integer array `(n,)`. Hashes of one group are not compared.
        distance: Integer, the most bits that may differ.

    Returns:
        A set of tuples of two indices, the lower first.
    """
    found = set()
    edges = np.linspace(0, _BITS, distance + 2).astype(int)
    for low, high in zip(edges[:-1], edges[1:], strict=True):
        mask = np.uint64((1 << int(high - low)) - 1)
        band = (hashes >> np.uint64(low)) & mask
        order = np.argsort(band, kind="stable")
        starts = np.flatnonzero(np.diff(band[order])) + 1
        for bucket in np.split(order, starts):
            for ours, others in _sides(bucket, groups):
                apart = _count_bits(hashes[ours][:, None] ^ hashes[others])
                for i, j in np.argwhere(apart <= distance):
                    i, j = int(ours[i]), int(others[j])
                    found.add((min(i, j), max(i, j)))
    return found


def _sides(bucket, groups):
    """Each group's members and those of later groups, in blocks."""
    there = groups[bucket]
    for group in np.unique(there)[:-1]:
        ours, others = bucket[there == group], bucket[there > group]
        rows = max(_BLOCK // len(others), 1)
        for start in range(0, len(ours), rows):
            yield ours[start : start + rows], others


def _count_bits(values):
    """`np.bitwise_count`, which needs NumPy 2: sums of 2, 4, 8, 64 bits."""
    ones, twos, fours = (
        np.uint64(0x0101010101010101 * byte) for byte in (0x55, 0x33, 0x0F)
    )
    values = values - ((values >> np.uint64(1)) & ones)
    values = (values & twos) + ((values >> np.uint64(2)) & twos)
    values = (values + (values >> np.uint64(4))) & fours
    return (values * np.uint64(0x0101010101010101)) >> np.uint64(56)

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from keras_muirf.datasets.checking.near_hashes import near_hashes

# Few distinct bits, so that near hashes are common.
HASHES = st.lists(
    st.tuples(
        st.integers(0, 2**64 - 1) | st.sets(st.integers(0, 63), max_size=5),
        st.integers(0, 2),
    ),
    max_size=30,
)


@given(HASHES, st.integers(0, 8))
def test_finds_all_that_differ_in_few_bits(drawn, distance):
    hashes = [
        h if isinstance(h, int) else sum(1 << bit for bit in h)
        for h, _ in drawn
    ]
    groups = [group for _, group in drawn]
    found = near_hashes(
        np.array(hashes, "uint64"), np.array(groups, "int64"), distance
    )
    expected = {
        (i, j)
        for i in range(len(hashes))
        for j in range(i + 1, len(hashes))
        if groups[i] != groups[j]
        and (hashes[i] ^ hashes[j]).bit_count() <= distance
    }
    assert found == expected

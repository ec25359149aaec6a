import numpy as np
import pytest
from identity_restorer import IdentityRestorer
from PIL import Image


@pytest.fixture
def identity():
    return IdentityRestorer()


@pytest.fixture
def photo(rng):
    """A smooth uint8 picture that lossy formats keep nearly as it is."""
    coarse = Image.fromarray(rng.integers(0, 256, (5, 6, 3), dtype="uint8"))
    return np.asarray(coarse.resize((60, 44), Image.Resampling.BICUBIC))


@pytest.fixture
def deep(rng):
    """A uint16 picture that uses all 16 bits."""
    return rng.integers(0, 65536, (23, 31, 3), dtype="uint16")

"""The C library keeps freed memory, seen where it puts a large block."""

import os
import platform
import subprocess
import sys

import pytest

if platform.libc_ver()[0] != "glibc":
    pytest.skip("no glibc here", allow_module_level=True)

pytestmark = pytest.mark.once
PROGRAM = """
import ctypes
from muirf.allocator import keep_freed_memory

keep_freed_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
block = libc.malloc(100_000_000)
heap = next(line for line in open("/proc/self/maps") if "[heap]" in line)
start, stop = (int(word, 16) for word in heap.split()[0].split("-"))
print(start <= block < stop)
"""


@pytest.mark.parametrize(
    ("environment", "kept"),
    [
        ({"KERAS_BACKEND": "torch"}, "True"),
        ({"KERAS_BACKEND": "jax"}, "False"),
        ({"KERAS_BACKEND": "torch", "MALLOC_ARENA_MAX": "2"}, "False"),
        (
            {
                "KERAS_BACKEND": "torch",
                "GLIBC_TUNABLES": "glibc.malloc.arena_max=2",
            },
            "False",
        ),
    ],
)
def test_where_a_large_block_lies(environment, kept):
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("MALLOC_", "GLIBC_"))
            },
            **environment,
        },
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    assert said.strip() == kept

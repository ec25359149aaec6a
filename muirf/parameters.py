"""Values of options that click does not know."""

import os
import sys

import click


class Tile(click.ParamType):
    """`auto`, or a whole number from 0 on."""

    name = "tile"

    def convert(self, value, param, context):
        if value == "auto" or isinstance(value, int):
            return value
        if value.isascii() and value.isdigit():
            return int(value)
        self.fail(f"'{value}' is neither auto nor a number of pixels.")


class ShardType(click.ParamType):
    """`i/n`, for the `keras_muirf.restoration.Shard` of that name."""

    name = "shard"

    def convert(self, value, param, context):
        index, _, count = value.partition("/")
        if not (index + count).isdecimal() or not (
            1 <= int(index or 0) <= int(count or 0)
        ):
            self.fail(f"'{value}' is not i/n with i from 1 to n, such as 2/8.")
        return int(index), int(count)


def listed_files():
    """The names on standard input, one a line.

    Where there is a NUL byte, names end with one, as `find -print0` writes
    them, and may hold newlines.

    Returns:
        A list of strings.
    """
    listed = sys.stdin.buffer.read()
    mark = b"\0" if b"\0" in listed else b"\n"
    names = (name.removesuffix(b"\r") for name in listed.split(mark))
    return [os.fsdecode(name) for name in names if name]

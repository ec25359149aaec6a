"""Words for a terminal, whatever is in them."""

import os
import unicodedata

# Controls, halves of characters, and ends of lines and paragraphs.
_ESCAPED = {"Cc", "Cs", "Zl", "Zp"}


def one_line(error):
    """An error's message on one line, or its type where it has none."""
    words = " ".join(str(error).split())
    if len(words) > 300:
        words = words[:300] + "..."
    return printable(words) or type(error).__name__


def printable(name):
    """A file's name without what would break or command a terminal's line.

    Args:
        name: string or `Path`.
    """
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in _ESCAPED
        else character
        for character in os.fspath(name)
    )

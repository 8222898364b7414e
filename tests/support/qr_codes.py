"""Reading the codes that pages of a PDF draw, module by module, without any of what drew them.

No decoder is among the libraries; a code of versions 2 to 6 at level M, undamaged, is read by ISO/IEC 18004 alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pypdf import PageObject

LINE = re.compile(r"(\d+) (\d+)\.5 m (\d+) \2\.5 l")
QUIET = 4
LEVEL_M = 0b00
BLOCKS = {2: 1, 3: 1, 4: 2, 5: 2, 6: 4}
"""Blocks of data, all as long, by version, at level M."""

DATA = {2: 28, 3: 44, 4: 64, 5: 86, 6: 108}
"""Codewords of data, by version, at level M."""

MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda row, column: (row + column) % 2 == 0,
    lambda row, _: row % 2 == 0,
    lambda _, column: column % 3 == 0,
    lambda row, column: (row + column) % 3 == 0,
    lambda row, column: (row // 2 + column // 3) % 2 == 0,
    lambda row, column: row * column % 2 + row * column % 3 == 0,
    lambda row, column: (row * column % 2 + row * column % 3) % 2 == 0,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2 == 0,
)

Matrix = list[list[bool]]


def drawn(page: PageObject) -> Matrix:
    """Give the modules of the one code that a page draws."""
    contents = page.get_contents()
    assert contents is not None
    lines = [tuple(map(int, found)) for found in LINE.findall(contents.get_data().decode("latin1"))]
    size = max(end for _, _, end in lines) - QUIET
    dark = {(row - QUIET, column - QUIET) for begun, row, end in lines for column in range(begun, end)}
    return [[(row, column) in dark for column in range(size)] for row in range(size)]


def read(matrix: Matrix) -> str:
    """Give the text of a code in bytes."""
    size = len(matrix)
    version = (size - 17) // 4
    level, mask = _format(matrix)
    assert level == LEVEL_M
    bits = [
        matrix[row][column] ^ MASKS[mask](row, column)
        for row, column in _zigzag(size)
        if not _of_the_pattern(row, column, size)
    ]
    words = [int("".join("1" if bit else "0" for bit in bits[at : at + 8]), 2) for at in range(0, len(bits) - 7, 8)]
    blocks, data = BLOCKS[version], DATA[version]
    stream = bytes(word for block in range(blocks) for word in words[block:data:blocks])
    said = "".join(f"{word:08b}" for word in stream)
    assert said[:4] == "0100"
    length = int(said[4:12], 2)
    return bytes(int(said[at : at + 8], 2) for at in range(12, 12 + 8 * length, 8)).decode()


def _format(matrix: Matrix) -> tuple[int, int]:
    places = [(8, column) for column in (0, 1, 2, 3, 4, 5, 7, 8)]
    value = int("".join("1" if matrix[row][column] else "0" for row, column in places), 2) << 7 ^ 0b101010000010010
    return value >> 13, value >> 10 & 0b111


def _zigzag(size: int) -> Iterator[tuple[int, int]]:
    right = size - 1
    upwards = True
    while right > 0:
        if right == 6:
            right -= 1
        for row in reversed(range(size)) if upwards else range(size):
            yield row, right
            yield row, right - 1
        right, upwards = right - 2, not upwards


def _of_the_pattern(row: int, column: int, size: int) -> bool:
    """Tell whether a module is a finder's, the timing's, the format's, the alignment's or the dark one."""
    near, far = 8, size - 8
    finder = (row <= near and (column <= near or column >= far)) or (row >= far and column <= near)
    timing = 6 in {row, column}
    middle = size - 7
    return finder or timing or (abs(row - middle) <= 2 and abs(column - middle) <= 2)

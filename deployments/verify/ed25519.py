"""Checking an Ed25519 signature by the arithmetic of RFC 8032, section 5.1; nothing but the standard library.

Slow, and not for signing: it takes no care of what its time tells, for it knows no secret.
"""

import hashlib

Point = tuple[int, int, int, int]

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SIZES = (32, 64)
"""Bytes of a public key and of a signature."""

ROOT = pow(2, (P - 1) // 4, P)
"""A square root of -1."""


def _recover(y: int, sign: int) -> int | None:
    """The x of a point by its y and the lowest bit of x; None where there is none."""
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def _point(packed: bytes) -> Point | None:
    """A point in extended coordinates from its 32 bytes; None where they are none."""
    number = int.from_bytes(packed, "little")
    y, sign = number & (2**255 - 1), number >> 255
    x = _recover(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = _add(found, point)
        point, number = _add(point, point), number >> 1
    return found


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = _recover(BASE_Y, 0) or 0
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def is_signed(key: bytes, signature: bytes, content: bytes) -> bool:
    """Whether the owner of a public key (32 bytes) signed this content with this signature (64 bytes)."""
    if (len(key), len(signature)) != SIZES:
        return False
    public, nonce, s = _point(key), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if public is None or nonce is None or s >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + key + content).digest()
    left = _times(s, BASE)
    right = _add(nonce, _times(int.from_bytes(digest, "little") % ORDER, public))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0

"""Checksums of tiles as docs/http.md describes them."""

TILE = 64
MASK = 0xFFFFFFFF


def mix(number):
    number ^= number >> 16
    number = number * 0x85EBCA6B & MASK
    number ^= number >> 13
    number = number * 0xC2B2AE35 & MASK
    return number ^ number >> 16


def pixel(width, x, y, color):
    return mix(((y * width + x) << 8 | color) & MASK)


def tiles(side):
    return -(-side // TILE)


def tile_of(width, x, y):
    return y // TILE * tiles(width) + x // TILE


def of_image(pixels, width, height):
    """The sums of all tiles; pixels: one byte each."""
    sums = [0] * (tiles(width) * tiles(height))

    for i, color in enumerate(pixels):
        y, x = divmod(i, width)
        sums[tile_of(width, x, y)] ^= pixel(width, x, y, color)

    return sums

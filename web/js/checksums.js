// Checksums of the tiles of a canvas (docs/http.md, Checksums).  Pure.

export const TILE = 64;

// what a pixel adds to the sum of its tile, 32 bits unsigned
export function pixelSum(width, x, y, color) {
    // the product may need more than 53 bits: a canvas is wide and high
    return mix((Math.imul(y, width) + x) << 8 | color) >>> 0;
}

// the sums of all tiles, row by row; pixels: one byte a pixel
export function checksums(pixels, width, height) {
    const columns = Math.ceil(width / TILE);
    const sums = new Uint32Array(columns * Math.ceil(height / TILE));

    for (let y = 0, i = 0; y < height; y++) {
        const row = Math.floor(y / TILE) * columns;

        for (let x = 0; x < width; x++, i++) {
            sums[row + Math.floor(x / TILE)] ^= mix(i << 8 | pixels[i]);
        }
    }

    return sums;
}

// The tiles that differ from the sums of another, {x, y, width, height} each;
// null when those are of a canvas of other size.
export function differing({ pixels, width, height }, { tile, sums }) {
    const mine = checksums(pixels, width, height);
    const columns = Math.ceil(width / TILE);
    const tiles = [];

    if (tile !== TILE || sums?.length !== mine.length) {
        return null;
    }

    for (let i = 0; i < mine.length; i++) {
        if (mine[i] !== sums[i]) {
            const x = i % columns * TILE;
            const y = Math.floor(i / columns) * TILE;

            tiles.push({
                x,
                y,
                width: Math.min(TILE, width - x),
                height: Math.min(TILE, height - y),
            });
        }
    }

    return tiles;
}

// the finalizer of MurmurHash3
function mix(number) {
    number ^= number >>> 16;
    number = Math.imul(number, 0x85ebca6b);
    number ^= number >>> 13;
    number = Math.imul(number, 0xc2b2ae35);

    return number ^ number >>> 16;
}

// The page's own view of the log: an image at (epoch, seq).  A change is
// applied only if it is exactly seq + 1.  Pure: it draws nothing.

export class Mirror {
    #kept = null;               // [seq, x, y, color] each, while asked for

    // pixels: one byte a pixel, row by row
    constructor({ width, height, pixels, seq, epoch }) {
        if (pixels.length !== width * height) {
            throw new RangeError(`the canvas has ${pixels.length} pixels, `
                                 + `not ${width} × ${height}`);
        }

        Object.assign(this, { width, height, pixels, seq, epoch });
    }

    // Takes the changes first, first + 1, ... (x, y, color each) and calls
    // changed(x, y, color) for each one that is new.  False: changes in
    // between are missing, or one is not on this canvas; fetch it again.
    apply(first, changes, changed) {
        if (first > this.seq + 1) {
            return false;
        }

        for (let i = 3 * (this.seq + 1 - first); i < changes.length; i += 3) {
            const x = changes[i];
            const y = changes[i + 1];
            const color = changes[i + 2];

            if (!this.contains(x, y)) {
                return false;
            }

            this.pixels[y * this.width + x] = color;
            this.seq++;
            this.#kept?.push([this.seq, x, y, color]);
            changed(x, y, color);
        }

        return true;
    }

    // true: changes are remembered from here on, for patch()
    keep(on) {
        this.#kept = on ? [] : null;
    }

    // Takes a rectangle over from another view of the log, which may stand
    // before or behind this one: what was applied here after its seq is
    // applied again, what comes up to its seq will be the same once more.
    patch({ x, y, width, height }, { epoch, seq, pixels }) {
        if (epoch !== this.epoch || pixels.length !== width * height) {
            throw new RangeError("the part is not of this canvas");
        }

        for (let row = 0; row < height; row++) {
            this.pixels.set(pixels.subarray(row * width, (row + 1) * width),
                            (y + row) * this.width + x);
        }

        for (const change of this.#kept) {
            if (change[0] > seq) {
                this.pixels[change[2] * this.width + change[1]] = change[3];
            }
        }
    }

    contains(x, y) {
        return x >= 0 && y >= 0 && x < this.width && y < this.height;
    }

    get(x, y) {
        return this.pixels[y * this.width + x];
    }
}

// The page's own view of the log: an image at (epoch, seq).  A change is
// applied only if it is exactly seq + 1.  Pure: it draws nothing.

export class Mirror {
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
            changed(x, y, color);
        }

        return true;
    }

    contains(x, y) {
        return x >= 0 && y >= 0 && x < this.width && y < this.height;
    }

    get(x, y) {
        return this.pixels[y * this.width + x];
    }
}

// Which part of the canvas is on the screen: `scale` CSS pixels a pixel,
// `x`, `y` where its top left corner is on the stage.  Pure.

const MAX_SCALE = 64;
const STEPS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, MAX_SCALE];
const MARGIN = 0.94;            // of the stage, when all is shown
const PART = 0.6;               // ... when a part is

export class Camera {
    scale = 1;
    x = 0;
    y = 0;
    #whole = true;              // all is shown, and should be
    #canvas = { width: 1, height: 1 };
    #stage = { width: 1, height: 1 };
    #inset = { top: 0, right: 0, bottom: 0, left: 0 };

    setCanvas(width, height) {
        this.#canvas = { width, height };
        this.fit();
    }

    // inset: what panels cover at each edge.  Keeps the point in the middle.
    setStage(width, height, inset) {
        const middle = this.toCanvas(this.#stage.width / 2,
                                     this.#stage.height / 2);

        this.#stage = { width, height };
        this.#inset = inset;

        if (this.#whole) {
            this.fit();
            return;
        }

        this.x = width / 2 - middle.x * this.scale;
        this.y = height / 2 - middle.y * this.scale;
        this.#clamp();
    }

    fit() {
        const { top, right, bottom, left } = this.#inset;
        const { width, height } = this.#stage;

        this.#whole = true;
        this.scale = this.#fitScale();
        this.x = (left + width - right - this.#canvas.width * this.scale) / 2;
        this.y = (top + height - bottom
                  - this.#canvas.height * this.scale) / 2;
    }

    // factor around the point px, py of the stage
    zoom(factor, px, py) {
        this.zoomTo(this.scale * factor, px, py);
    }

    zoomTo(scale, px, py) {
        const at = this.toCanvas(px, py);
        const least = Math.min(this.#fitScale(), 1);

        this.#whole = false;
        this.scale = Math.min(Math.max(scale, least), MAX_SCALE);
        this.x = px - at.x * this.scale;
        this.y = py - at.y * this.scale;
        this.#clamp();
    }

    // the next whole scale; direction 1 nearer, -1 farther
    step(direction) {
        const next = direction > 0
            ? STEPS.find((s) => s > this.scale * 1.01) ?? MAX_SCALE
            : STEPS.findLast((s) => s < this.scale * 0.99) ?? 0;

        this.zoomTo(next, this.#stage.width / 2, this.#stage.height / 2);
    }

    pan(dx, dy) {
        this.#whole = this.#whole && dx === 0 && dy === 0;
        this.x += dx;
        this.y += dy;
        this.#clamp();
    }

    // moves just as far as needed for the pixel to be in free sight
    reveal(x, y) {
        const { top, right, bottom, left } = this.#inset;
        const px = this.x + x * this.scale;
        const py = this.y + y * this.scale;
        const room = this.scale;

        this.pan(
            Math.max(left - px, 0)
                + Math.min(this.#stage.width - right - room - px, 0),
            Math.max(top - py, 0)
                + Math.min(this.#stage.height - bottom - room - py, 0));
    }

    // a part of the canvas, in the middle of what is free of panels
    show({ x, y, width, height }) {
        const { top, right, bottom, left } = this.#inset;
        const stage = this.#stage;
        const wide = Math.max(stage.width - left - right, 1);
        const high = Math.max(stage.height - top - bottom, 1);

        this.#whole = false;
        this.scale = Math.min(wide * PART / width, high * PART / height,
                              MAX_SCALE);
        this.x = left + wide / 2 - (x + width / 2) * this.scale;
        this.y = top + high / 2 - (y + height / 2) * this.scale;
        this.#clamp();
    }

    // a point of the stage, in canvas pixels with fraction
    toCanvas(px, py) {
        return { x: (px - this.x) / this.scale, y: (py - this.y) / this.scale };
    }

    // the pixel under a point of the stage, or null
    pixelAt(px, py) {
        const at = this.toCanvas(px, py);
        const x = Math.floor(at.x);
        const y = Math.floor(at.y);
        const { width, height } = this.#canvas;

        return x >= 0 && y >= 0 && x < width && y < height ? { x, y } : null;
    }

    #fitScale() {
        const { top, right, bottom, left } = this.#inset;
        const { width, height } = this.#stage;

        return Math.min(
            Math.max(width - left - right, 1) * MARGIN / this.#canvas.width,
            Math.max(height - top - bottom, 1) * MARGIN / this.#canvas.height,
            MAX_SCALE);
    }

    // the middle of the stage stays on the canvas
    #clamp() {
        const { width, height } = this.#stage;
        const between = (value, low, high) =>
            Math.min(Math.max(value, low), high);

        this.x = between(this.x, width / 2 - this.#canvas.width * this.scale,
                         width / 2);
        this.y = between(this.y, height / 2 - this.#canvas.height * this.scale,
                         height / 2);
    }
}

// Draws: the picture, at most once a frame and only what changed; where the
// sheet lies; the marks of hover and cursor.  Input is gestures.js.

import { Camera } from "./camera.js";
import { make } from "./dom.js";

const LINES_FROM = 10;          // scale from which pixels are ruled
const MARK_MIN = 6;             // CSS pixels, so that a mark can be seen

const element = (id) => document.getElementById(id);

export class View {
    camera = new Camera();
    stage = element("stage");
    #sheet = element("sheet");
    #board = element("board");
    #lines = element("lines");
    #mask = element("mask");
    #frames = element("frames");
    #open = null;               // see shade()
    #framed = [];               // see frame()
    #marks = new Map([["hover", null], ["cursor", null]]);
    #color = "transparent";

    #context = this.#board.getContext("2d", { alpha: false });
    #image = null;
    #words = null;              // of #image, one a pixel
    #colors = new Uint32Array(0);
    #dirty = null;              // [left, top, right, bottom], or nothing
    #moved = false;
    #frame = 0;

    // panels: {top, bottom, side}, which cover a part of the stage; the side
    // one only while it is to the right: as a sheet it passes
    constructor(panels) {
        const measure = () => this.#measure(panels);
        const observer = new ResizeObserver(measure);

        [this.stage, ...Object.values(panels)].forEach((e) =>
            observer.observe(e));
        measure();
    }

    // palette: "#RRGGBB" each
    setPalette(palette) {
        const bytes = new Uint8ClampedArray(4 * palette.length);

        palette.forEach((color, i) => {
            const rgb = parseInt(color.slice(1), 16);

            bytes.set([rgb >> 16, rgb >> 8 & 255, rgb & 255, 255], 4 * i);
        });

        this.#colors = new Uint32Array(bytes.buffer);
    }

    // the whole picture: one byte a pixel
    load(width, height, pixels) {
        if (this.#image?.width !== width || this.#image.height !== height) {
            this.#board.width = width;
            this.#board.height = height;
            this.#image = new ImageData(width, height);
            this.#words = new Uint32Array(this.#image.data.buffer);
            this.camera.setCanvas(width, height);
            this.#sheet.hidden = false;
            this.shade(this.#open);
            this.frame(this.#framed);
        }

        for (let i = 0; i < pixels.length; i++) {
            this.#words[i] = this.#colors[pixels[i]];
        }

        this.#dirty = [0, 0, width, height];
        this.changed();
    }

    paint(x, y, color) {
        this.#words[y * this.#image.width + x] = this.#colors[color];

        const [left, top, right, bottom] = this.#dirty ?? [x, y, x, y];

        this.#dirty = [
            Math.min(left, x), Math.min(top, y),
            Math.max(right, x + 1), Math.max(bottom, y + 1),
        ];
        this.#schedule();
    }

    // all but these rectangles, {x, y, width, height}; null: nothing
    shade(open) {
        this.#open = open;
        this.#mask.hidden = open === null;

        if (open === null || this.#image === null) {
            return;
        }

        const { width, height } = this.#image;

        Object.assign(this.#mask, { width, height });

        const context = this.#mask.getContext("2d");

        context.fillRect(0, 0, width, height);
        open.forEach((r) => context.clearRect(r.x, r.y, r.width, r.height));
    }

    // [{x, y, width, height, title}]: with its title, or null
    frame(parts) {
        this.#framed = parts;

        if (this.#image !== null) {
            this.#frames.replaceChildren(...parts.map((part) =>
                frameOf(part, this.#image)));
        }
    }

    // name: hover, cursor; pixel: {x, y} or null
    mark(name, pixel) {
        this.#marks.set(name, pixel);
        this.changed();
    }

    markColor(color) {
        this.#color = color;
        this.changed();
    }

    // the camera moved
    changed() {
        this.#moved = true;
        this.#schedule();
    }

    #schedule() {
        this.#frame ||= requestAnimationFrame(() => this.#draw());
    }

    #draw() {
        this.#frame = 0;

        if (this.#dirty !== null) {
            const [left, top, right, bottom] = this.#dirty;

            this.#dirty = null;
            this.#context.putImageData(this.#image, 0, 0, left, top,
                                       right - left, bottom - top);
        }

        if (this.#moved && this.#image !== null) {
            this.#moved = false;
            this.#place();
        }
    }

    #place() {
        const { scale, x, y } = this.camera;

        Object.assign(this.#sheet.style, {
            width: `${this.#image.width * scale}px`,
            height: `${this.#image.height * scale}px`,
            transform: `translate(${x}px, ${y}px)`,
        });

        this.#lines.hidden = scale < LINES_FROM;
        this.#lines.style.backgroundSize = `${scale}px ${scale}px`;

        for (const [name, pixel] of this.#marks) {
            this.#placeMark(element(name), pixel);
        }
    }

    #placeMark(mark, pixel) {
        mark.hidden = pixel === null;

        if (pixel === null) {
            return;
        }

        const { scale, x, y } = this.camera;
        const size = Math.max(scale, MARK_MIN);
        const left = x + (pixel.x + 0.5) * scale - size / 2;
        const top = y + (pixel.y + 0.5) * scale - size / 2;

        Object.assign(mark.style, {
            width: `${size}px`,
            height: `${size}px`,
            transform: `translate(${left}px, ${top}px)`,
            backgroundColor: this.#color,
        });
    }

    #measure({ top, bottom, side }) {
        const { width, height } = this.stage.getBoundingClientRect();
        const aside = side.getBoundingClientRect();

        this.camera.setStage(width, height, {
            top: top.getBoundingClientRect().bottom,
            right: aside.left > width / 2 ? width - aside.left : 0,
            bottom: height - bottom.getBoundingClientRect().top,
            left: 0,
        });
        this.changed();
    }
}

// in percent, so that it moves with the sheet
function frameOf({ x, y, width, height, title }, canvas) {
    const frame = make("div", { class: "frame" }, title === null ? null
        : make("span", { textContent: title }));
    const percent = (part, whole) => `${100 * part / whole}%`;

    Object.assign(frame.style, {
        left: percent(x, canvas.width), top: percent(y, canvas.height),
        width: percent(width, canvas.width),
        height: percent(height, canvas.height),
    });

    return frame;
}

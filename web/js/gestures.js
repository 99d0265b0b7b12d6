// Mouse, touch, pen and keyboard on the stage.  They move the camera by
// themselves; what concerns a pixel is told to the owner:
//   hover({x, y} | null)   the mouse is over a pixel
//   tap({x, y}, touch)     a click or a tap on it
//   step(dx, dy)           arrow keys
//   place()                Enter or the space bar

const SLOP = { mouse: 4, touch: 10, pen: 6 };   // CSS pixels, still a tap
const WHEEL = 0.0016;
const PINCH_WHEEL = 0.01;       // a trackpad's pinch comes as a wheel + ctrl
const LINE = 16;                // CSS pixels of a wheel line
const FAR = 10;                 // pixels an arrow key goes with Shift

const ARROWS = {
    ArrowLeft: [-1, 0], ArrowRight: [1, 0],
    ArrowUp: [0, -1], ArrowDown: [0, 1],
};

export class Gestures {
    #view;
    #on;
    #pointers = new Map();      // id: {x, y}, where it is now
    #start = null;              // of a possible tap: {x, y}
    #moved = false;

    constructor(view, handlers) {
        const { stage } = view;
        const listen = (names, handler, options) => names.split(" ").forEach(
            (name) => stage.addEventListener(name, handler.bind(this),
                                             options));

        this.#view = view;
        this.#on = handlers;

        listen("pointerdown", this.#down);
        listen("pointermove", this.#move);
        listen("pointerup", this.#up);
        listen("pointercancel lostpointercapture", this.#lost);
        listen("pointerleave", () => this.#on.hover(null));
        listen("wheel", this.#wheel, { passive: false });
        listen("keydown", this.#key);
    }

    #down(event) {
        if (event.button !== 0 && event.button !== 1) {
            return;
        }

        this.#view.stage.setPointerCapture(event.pointerId);
        this.#pointers.set(event.pointerId, this.#point(event));

        if (this.#pointers.size === 1) {
            this.#start = this.#point(event);
            this.#moved = event.button === 1;
        } else {
            this.#moved = true;
        }
    }

    #move(event) {
        const now = this.#point(event);
        const before = this.#pointers.get(event.pointerId);

        if (event.pointerType === "mouse") {
            this.#on.hover(this.#view.camera.pixelAt(now.x, now.y));
        }

        if (before === undefined) {
            return;
        }

        this.#pointers.set(event.pointerId, now);

        if (this.#pointers.size === 2) {
            this.#pinch(event.pointerId, before, now);
        } else if (this.#pointers.size === 1) {
            this.#drag(event.pointerType, before, now);
        }
    }

    #drag(type, before, now) {
        const distance = Math.hypot(now.x - this.#start.x,
                                    now.y - this.#start.y);

        if (!this.#moved && distance <= (SLOP[type] ?? SLOP.mouse)) {
            return;
        }

        // the slop is made up for, so that the sheet stays under the finger
        const from = this.#moved ? before : this.#start;

        this.#moved = true;
        this.#view.stage.classList.add("dragging");
        this.#view.camera.pan(now.x - from.x, now.y - from.y);
        this.#view.changed();
    }

    #pinch(id, before, now) {
        const other = [...this.#pointers].find(([key]) => key !== id)[1];
        const spread = (p) => Math.hypot(p.x - other.x, p.y - other.y);
        const { camera } = this.#view;

        camera.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
        camera.zoom(spread(now) / Math.max(spread(before), 1),
                    (now.x + other.x) / 2, (now.y + other.y) / 2);
        this.#view.changed();
    }

    #up(event) {
        const known = this.#pointers.has(event.pointerId);
        const tap = known && !this.#moved;
        const { x, y } = this.#point(event);
        const pixel = this.#view.camera.pixelAt(x, y);

        this.#lost(event);

        if (tap && pixel !== null) {
            this.#on.tap(pixel, event.pointerType === "touch");
        }
    }

    #lost(event) {
        this.#pointers.delete(event.pointerId);

        if (this.#pointers.size === 0) {
            this.#view.stage.classList.remove("dragging");
        }
    }

    #wheel(event) {
        const { x, y } = this.#point(event);
        const pixels = event.deltaY * (event.deltaMode === 1 ? LINE : 1);

        event.preventDefault();
        this.#view.camera.zoom(
            Math.exp(-pixels * (event.ctrlKey ? PINCH_WHEEL : WHEEL)), x, y);
        this.#view.changed();
    }

    #key(event) {
        if (event.ctrlKey || event.metaKey || event.altKey) {
            return;
        }

        const arrow = ARROWS[event.key];
        const far = event.shiftKey ? FAR : 1;

        if (arrow !== undefined) {
            this.#on.step(arrow[0] * far, arrow[1] * far);
        } else if (event.key === "Enter" || event.key === " ") {
            this.#on.place();
        } else if (event.key === "+" || event.key === "=") {
            this.#zoomStep(1);
        } else if (event.key === "-") {
            this.#zoomStep(-1);
        } else if (event.key === "0") {
            this.#view.camera.fit();
            this.#view.changed();
        } else {
            return;
        }

        event.preventDefault();
    }

    #zoomStep(direction) {
        this.#view.camera.step(direction);
        this.#view.changed();
    }

    // of the stage
    #point(event) {
        const { left, top } = this.#view.stage.getBoundingClientRect();

        return { x: event.clientX - left, y: event.clientY - top };
    }
}

// Picking a rectangle on the canvas: two corners, by click, tap or keyboard.
// While it goes on nothing is placed.

const SAYS = ["Choose one corner on the canvas.",
              "And now the opposite corner."];

const element = (id) => document.getElementById(id);

export class Picking {
    #view;
    #banner = element("picking");
    #text = element("picking-text");
    #first = null;
    #done = null;

    constructor(view) {
        this.#view = view;
        element("picking-cancel").addEventListener("click",
                                                   () => this.#end(null));
        document.addEventListener("keydown", (event) => {
            if (event.key === "Escape" && this.active) {
                this.#end(null);
            }
        });
    }

    get active() {
        return this.#done !== null;
    }

    // promise of {x, y, width, height}, or null when it was given up
    start() {
        this.#end(null);

        return new Promise((done) => {
            this.#done = done;
            this.#first = null;
            this.#say(SAYS[0]);
            document.body.classList.add("picking");
            this.#view.stage.focus();
        });
    }

    take(pixel) {
        if (pixel === null) {
            return;
        }

        if (this.#first === null) {
            this.#first = pixel;
            this.#say(SAYS[1]);
        } else {
            this.#end(between(this.#first, pixel));
        }
    }

    #say(text) {
        this.#text.textContent = text;
        this.#banner.hidden = false;
    }

    #end(part) {
        const done = this.#done;

        this.#done = null;
        this.#banner.hidden = true;
        document.body.classList.remove("picking");
        done?.(part);
    }
}

// both corners belong to it
export function between(a, b) {
    return {
        x: Math.min(a.x, b.x), y: Math.min(a.y, b.y),
        width: Math.abs(a.x - b.x) + 1, height: Math.abs(a.y - b.y) + 1,
    };
}

// A part of the panel that shows what an endpoint says.  It asks when it is
// opened, when a notice says that something is new, and else every 30 s while
// somebody can see it; never while it is closed.

import { sentence } from "../words.js";
import { make } from "../dom.js";

const REFRESH_MS = 30000;

export class Section {
    #load;
    #draw;
    #missing;
    #list = make("div", { class: "list" });
    #drawn = null;              // what is shown, as JSON
    #outdated = false;
    #at = -Infinity;            // when it was asked for
    #open = false;
    #busy = false;
    #again = false;             // asked for while busy
    #timer = 0;

    // load(): promise of the data
    // draw(data): array of elements and texts; an element with data-key
    //   keeps the focus when it is drawn again
    // missing: a sentence, where the server has no such thing
    constructor({ load, draw, missing }) {
        this.#load = load;
        this.#draw = draw;
        this.#missing = missing;

        document.addEventListener("visibilitychange", () => this.#wake());
    }

    get element() {
        return this.#list;
    }

    show() {
        this.#open = true;
        this.#wake();
    }

    hide() {
        this.#open = false;
        clearTimeout(this.#timer);
    }

    // what is shown may be out of date, or mean something else
    stale() {
        this.#at = -Infinity;
        this.#outdated = true;
        this.#wake();
    }

    // shows this data, which came another way
    put(data) {
        const text = JSON.stringify(data);

        this.#at = performance.now();

        if (text !== this.#drawn || this.#outdated) {
            this.#drawn = text;
            this.#outdated = false;
            this.#show(this.#draw(data));
        }
    }

    #wake() {
        clearTimeout(this.#timer);

        if (!this.#open || document.hidden) {
            return;
        }

        const wait = this.#at + REFRESH_MS - performance.now();

        if (wait > 0) {
            this.#timer = setTimeout(() => this.#wake(), wait);
        } else if (this.#busy) {
            this.#again = true;
        } else {
            this.#refresh();
        }
    }

    async #refresh() {
        this.#busy = true;
        this.#again = false;
        this.#at = performance.now();
        this.#list.setAttribute("aria-busy", this.#drawn === null);

        try {
            this.put(await this.#load());
        } catch (error) {
            this.#drawn = null;
            this.#show([make("p", { class: "calm", textContent:
                [404, 405, 503].includes(error.status) ? this.#missing
                    : sentence(error) })]);
        }

        this.#busy = false;
        this.#list.removeAttribute("aria-busy");

        if (this.#again) {
            this.#at = -Infinity;
        }

        this.#wake();
    }

    #show(elements) {
        const focused = this.#list.contains(document.activeElement)
            ? document.activeElement.dataset.key : undefined;

        this.#list.replaceChildren(...elements);

        if (focused !== undefined) {
            this.#list.querySelector(`[data-key="${CSS.escape(focused)}"]`)
                ?.focus();
        }
    }
}

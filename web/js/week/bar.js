// The week in the bar: what is played and how long still.  It is the button
// that opens the panel.

import { span, untilNextSpan } from "../clock.js";

const element = (id) => document.getElementById(id);

export class Bar {
    #icon = element("mode-icon");
    #name = element("mode-name");
    #left = element("countdown");
    #ends = element("countdown-word");
    #game;
    #timer = 0;

    constructor(game) {
        this.#game = game;
    }

    draw() {
        const { icon, name } = this.#game;

        this.#icon.textContent = icon ?? "";
        this.#icon.hidden = !icon;
        this.#name.textContent = name ?? "This week";
        this.#tick();
    }

    #tick() {
        const left = this.#game.resetAt - this.#game.clock.now();
        const known = !Number.isNaN(left);

        clearTimeout(this.#timer);
        this.#ends.hidden = !known;
        this.#left.hidden = !known;

        if (!known) {
            return;
        }

        // the new week is begun from outside, a moment later
        this.#left.textContent = left > 0 ? span(left) : "any moment";

        if (left > 0) {
            this.#timer = setTimeout(() => this.#tick(), untilNextSpan(left));
        }
    }
}

// The place button, and the time until the next placement running down on
// it.  Times are seconds as the server gives them.

import { clock } from "./words.js";

export class Cooldown {
    #button = document.getElementById("place");
    #bar = document.getElementById("place-bar");
    #text = document.getElementById("place-text");
    #dock = document.getElementById("dock");
    #until = 0;                 // ms of performance.now()
    #whole = 1;                 // ms
    #frame = 0;
    #label = "Place";
    #enabled = false;

    // pressed(): the button was
    constructor(pressed) {
        this.#button.addEventListener("click", pressed);
    }

    // whole: the length of a cooldown
    start(remaining, whole) {
        this.#until = performance.now() + remaining * 1000;
        this.#whole = Math.max(remaining, whole) * 1000;
        this.#schedule();
    }

    // seconds
    get remaining() {
        return Math.max(this.#until - performance.now(), 0) / 1000;
    }

    // what the button says when there is no wait, and whether it can be used
    label(text, enabled) {
        this.#label = text;
        this.#enabled = enabled;
        this.#schedule();
    }

    #schedule() {
        this.#frame ||= requestAnimationFrame(() => this.#draw());
    }

    #draw() {
        const left = this.remaining;
        const waiting = left > 0;

        this.#frame = 0;
        this.#text.textContent = waiting ? clock(left) : this.#label;
        this.#bar.style.transform
            = `scaleX(${waiting ? left * 1000 / this.#whole : 0})`;
        this.#button.disabled = waiting || !this.#enabled;
        this.#button.classList.toggle("waiting", waiting);
        this.#dock.classList.toggle("waiting", waiting);

        if (waiting) {
            this.#schedule();
        }
    }
}

// The words around the canvas: the state of the line, how many are here, and
// what was refused.

import { sentence } from "./words.js";

const SAY_MS = 6000;
const NEWS_MAX = 3;

const element = (id) => document.getElementById(id);

export class Status {
    #connection = element("connection");
    #text = element("connection-text");
    #facts = element("facts");
    #where = element("where");
    #toast = element("toast");
    #loading = element("loading");
    #news = [];
    #hide = 0;
    #tick = 0;

    // see Connection
    line(state, { retryAt, reason } = {}) {
        clearInterval(this.#tick);
        this.#connection.dataset.state = state;

        if (state === "open") {
            this.#text.textContent = "Live";
        } else if (state === "connecting") {
            this.#text.textContent = "Connecting…";
        } else {
            const countDown = () => this.#countDown(retryAt);

            this.#loading.textContent = reason
                ? sentence({ code: reason }) : "The server cannot be reached.";
            this.#tick = setInterval(countDown, 500);
            countDown();
        }
    }

    // there is a picture
    loaded() {
        this.#loading.hidden = true;
    }

    // this page is one of them, though it may not be counted yet
    online(count) {
        this.#facts.textContent = `${Math.max(count, 1)} online`;
    }

    // pixel: {x, y} or null
    where(pixel) {
        this.#where.textContent = pixel === null ? ""
            : `${pixel.x}, ${pixel.y}`;
    }

    // "": takes the last sentence away
    say(text) {
        const next = text || this.#news.shift() || "";

        clearTimeout(this.#hide);
        this.#toast.textContent = next;
        this.#toast.hidden = next === "";

        if (next !== "") {
            this.#hide = setTimeout(() => this.say(""), SAY_MS);
        }
    }

    // what can wait until the last sentence was read; of much the newest
    tell(text) {
        this.#news = [...this.#news, text].slice(-NEWS_MAX);

        if (this.#toast.hidden) {
            this.say("");
        }
    }

    #countDown(retryAt) {
        const seconds = Math.ceil((retryAt - performance.now()) / 1000);

        this.#text.textContent = seconds > 1
            ? `Offline, trying again in ${seconds} s` : "Offline, trying again";
    }
}

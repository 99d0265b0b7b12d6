// The page does not take its own picture on trust: after every connection and
// once a minute it asks for checksums, and fetches the tiles that differ.

import { fetchPart } from "./api.js";
import { differing } from "./checksums.js";

const CHECK_MS = 60000;
const TILES_MAX = 16;           // beyond that the whole canvas is cheaper

const QUESTION = JSON.stringify({ type: "checksums" });

export class Mender {
    #ask;
    #mended;
    #reload;
    #timer = 0;
    #busy = false;

    // ask(text): sends it; mended(): there is something new to draw
    // reload(): the canvas has to be fetched as a whole
    constructor({ ask, mended, reload }) {
        this.#ask = ask;
        this.#mended = mended;
        this.#reload = reload;
    }

    // a line is open
    start() {
        clearInterval(this.#timer);
        this.#timer = setInterval(() => this.#ask(QUESTION), CHECK_MS);
        this.#ask(QUESTION);
    }

    // The answer; it stands in the order of the updates, so that the mirror
    // is where it was made, or it is not meant for this mirror.
    async check(message, mirror) {
        if (this.#busy || message.epoch !== mirror.epoch
            || message.seq !== mirror.seq)
        {
            return;
        }

        const tiles = differing(mirror, message);

        if (tiles === null || tiles.length > TILES_MAX) {
            this.#reload();
        } else if (tiles.length > 0) {
            await this.#mend(tiles, mirror);
        }
    }

    async #mend(tiles, mirror) {
        this.#busy = true;
        mirror.keep(true);

        try {
            for (const tile of tiles) {
                mirror.patch(tile, await fetchPart(tile));
            }

            this.#mended();
        } catch {
            this.#reload();
        } finally {
            mirror.keep(false);
            this.#busy = false;
        }
    }
}

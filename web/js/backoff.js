// When to try again: exponential, with jitter, 1 s to 30 s.  Pure, but for
// the random numbers, which a caller may pass in.

const FIRST_MS = 1000;
const LAST_MS = 30000;

// after a server said that it goes away (reload, restart) it is soon back;
// spread over a second, so that not everybody comes at once
const GOING_AWAY = new Set([1001, 1012]);
const SOON_MS = 1000;

// the server asked for patience (1013), or refuses us for good (1008)
const PATIENCE_MS = new Map([[1013, 5000], [1008, LAST_MS]]);

export class Backoff {
    #failures = 0;
    #random;

    constructor(random = Math.random) {
        this.#random = random;
    }

    reset() {
        this.#failures = 0;
    }

    // true once after a reset: no need to wait at all
    first() {
        return this.#failures++ === 0;
    }

    // code: of the close, if any; atLeast: milliseconds the server asked for
    next(code = 0, atLeast = 0) {
        if (GOING_AWAY.has(code) && this.#failures === 0) {
            this.#failures = 1;

            return 50 + this.#random() * SOON_MS;
        }

        const full = Math.min(FIRST_MS * 2 ** this.#failures, LAST_MS);

        this.#failures++;

        return Math.max(full / 2 + this.#random() * full / 2, atLeast,
                        PATIENCE_MS.get(code) ?? 0);
    }
}

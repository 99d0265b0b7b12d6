// The server's time, and spans of it in words.  Pure, but for the monotonic
// clock, which a caller may pass in.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export class ServerClock {
    #elapsed;
    #offset = null;             // server's time minus elapsed, ms

    // elapsed(): ms of a clock that nobody sets
    constructor(elapsed = () => performance.now()) {
        this.#elapsed = elapsed;
    }

    // serverTime: RFC 3339, as of now; false if it is no time
    set(serverTime) {
        const time = Date.parse(serverTime);

        if (Number.isNaN(time)) {
            return false;
        }

        this.#offset = time - this.#elapsed();

        return true;
    }

    // ms since 1970; this machine's own clock until the server's is known
    now() {
        return this.#offset === null ? Date.now()
            : this.#offset + this.#elapsed();
    }
}

// The two largest units: "6 d 23 h", "5 h 2 min", "12:07"; rounded up in the
// last one, so that it never says too early that something is over.
export function span(ms) {
    const left = Math.max(ms, 0);

    if (left > DAY) {
        const hours = Math.ceil(left / HOUR);

        return `${Math.floor(hours / 24)} d ${hours % 24} h`;
    }

    if (left > HOUR) {
        const minutes = Math.ceil(left / MINUTE);

        return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
    }

    const seconds = Math.ceil(left / SECOND);

    return `${Math.floor(seconds / 60)}:`
        + String(seconds % 60).padStart(2, "0");
}

// ms until span() says something else
export function untilNextSpan(ms) {
    const unit = ms > DAY ? HOUR : ms > HOUR ? MINUTE : SECOND;
    const left = Math.max(ms, 0);

    // a unit's remainder, and a little more, so that it has really changed
    return left - (Math.ceil(left / unit) - 1) * unit + 10;
}

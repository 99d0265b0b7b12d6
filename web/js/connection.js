// One WebSocket that is always there, or on its way back.  It knows when to
// connect, when a line is dead and when to try again; what the messages mean
// is its owner's.

import { Backoff } from "./backoff.js";
import { BINARY, SUBPROTOCOLS } from "./protocol.js";

const WELCOME_MS = 10000;       // open, but no first message
const QUIET_MS = 20000;         // then ask whether anybody is there
const DEAD_MS = 30000;          // then give the line up
const CHECK_MS = 5000;
const WAKE_MS = 3000;           // answer expected after the page woke up
const STABLE_MS = 5000;         // a line that lived this long was a good one

const PING = JSON.stringify({ type: "ping" });

export class Connection {
    #prepare;
    #receive;
    #report;

    #backoff = new Backoff();
    #socket = null;
    #attempt = 0;               // an older one's late answer is ignored
    #busy = false;              // preparing
    #timer = 0;
    #watch = 0;
    #heard = 0;
    #opened = 0;                // when the first message came; 0: not yet

    // prepare(): promise of the address, does what must be done before
    // receive(data): a message
    // report(state, detail): "connecting"; "open"; "waiting" with {retryAt,
    //   code} in milliseconds of performance.now()
    constructor({ prepare, receive, report }) {
        this.#prepare = prepare;
        this.#receive = receive;
        this.#report = report;

        const wake = () => this.#wake();

        addEventListener("online", wake);
        addEventListener("pageshow", wake);
        document.addEventListener("visibilitychange", () => {
            if (!document.hidden) {
                wake();
            }
        });
    }

    get binary() {
        return this.#socket?.protocol === BINARY;
    }

    // false: there is no line
    send(data) {
        if (this.#opened === 0) {
            return false;
        }

        this.#socket.send(data);

        return true;
    }

    async connect() {
        const attempt = this.#abandon();

        this.#busy = true;
        this.#report("connecting");

        try {
            const url = await this.#prepare();

            if (attempt === this.#attempt) {
                this.#open(url, attempt);
            }
        } catch (error) {
            if (attempt === this.#attempt) {
                this.#later(0, (error.retryAfter ?? 0) * 1000, error.code);
            }
        } finally {
            if (attempt === this.#attempt) {
                this.#busy = false;
            }
        }
    }

    // starts over: at once, unless that happens again and again
    restart() {
        if (this.#stable()) {
            this.#backoff.reset();
        }

        if (this.#backoff.first()) {
            this.connect();
        } else {
            this.#later();
        }
    }

    #open(url, attempt) {
        const socket = new WebSocket(url, SUBPROTOCOLS);
        const mine = (handler) => (event) => {
            if (attempt === this.#attempt) {
                handler(event);
            }
        };

        this.#socket = socket;
        this.#heard = performance.now();
        this.#watch = setInterval(() => this.#check(), CHECK_MS);

        socket.binaryType = "arraybuffer";
        socket.onmessage = mine((event) => this.#message(event.data));
        socket.onclose = mine((event) => this.#closed(event.code));
    }

    #message(data) {
        this.#heard = performance.now();

        if (this.#opened === 0) {
            this.#opened = this.#heard;
            this.#report("open");
        }

        this.#receive(data);
    }

    #closed(code) {
        if (this.#stable()) {
            this.#backoff.reset();
        }

        this.#later(code);
    }

    #later(code = 0, atLeast = 0, reason = null) {
        const delay = this.#backoff.next(code, atLeast);

        this.#abandon();
        this.#timer = setTimeout(() => this.connect(), delay);
        this.#report("waiting", {
            retryAt: performance.now() + delay, code, reason,
        });
    }

    // ends whatever is under way; close() alone may take a minute on a dead
    // line, so its events are ignored from here on
    #abandon() {
        clearTimeout(this.#timer);
        clearInterval(this.#watch);

        this.#socket?.close();
        this.#socket = null;
        this.#timer = 0;
        this.#opened = 0;
        this.#busy = false;

        return ++this.#attempt;
    }

    #check() {
        const silence = performance.now() - this.#heard;

        if (silence > (this.#opened === 0 ? WELCOME_MS : DEAD_MS)) {
            this.#closed(0);
        } else if (silence > QUIET_MS) {
            this.send(PING);
        }
    }

    // the network or the page is back: do not wait for a timer
    #wake() {
        if (this.#timer !== 0) {
            this.connect();
            return;
        }

        if (this.#busy || !this.send(PING)) {
            return;
        }

        const asked = performance.now();
        const attempt = this.#attempt;

        setTimeout(() => {
            if (attempt === this.#attempt && this.#heard < asked) {
                this.connect();
            }
        }, WAKE_MS);
    }

    #stable() {
        return this.#opened !== 0
            && performance.now() - this.#opened > STABLE_MS;
    }
}

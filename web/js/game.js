// The week as this page knows it: its mode, its dates, its rules.  The
// WebSocket says what changes, at once; GET /api/game/current says the rest,
// and is asked as seldom as that allows: PostgreSQL hears of a new week a
// while after the canvas did.

import { get } from "./api.js";
import { ServerClock } from "./clock.js";

const SOON_MS = 200;            // after a new week was said
const SPREAD_MS = 1000;         // not everybody asks in the same moment
const MISSED_MS = 30000;        // until it is known what a broken line missed
const AGAIN_MS = [1000, 2000, 4000, 8000, 15000, 30000, 60000];

export class Game {
    clock = new ServerClock();
    mode = null;                // {id, name, description, icon, difficulty}
    week = null;                // {weekNumber, year, startedAt, resetAt}
    rules = null;
    cooldown = null;            // s
    announcedAt = null;         // of the next mode, ms of clock; null: unknown

    #changed;
    #gameMode = null;           // its id, as the WebSocket has it
    #epoch = null;
    #over = null;               // startedAt of a week that is over
    #failures = 0;
    #timer = 0;

    // changed(): something of the above
    constructor(changed) {
        this.#changed = changed;
    }

    // the message: also after a broken line, on which anything was missed
    welcome({ gameMode, cooldown, canvasInfo }) {
        const known = this.#current() && gameMode === this.#gameMode
            && canvasInfo.epoch === this.#epoch
            && this.resetAt > this.clock.now();

        this.#epoch = canvasInfo.epoch;
        this.cooldown = cooldown;
        this.#plays(gameMode);

        if (!known) {
            this.#ask();
        } else {
            this.#askIn(Math.random() * MISSED_MS);
        }

        this.#changed();
    }

    // the message; it has all of the rules
    ruled({ gameMode, cooldown, rules }) {
        this.cooldown = cooldown;
        this.#plays(gameMode);
        this.rules = rules;

        if (!this.#current()) {
            this.#askIn(SOON_MS + Math.random() * SPREAD_MS);
        }

        this.#changed();
    }

    // another week has begun; the message
    turned({ gameMode }) {
        this.#plays(gameMode);
        this.#over = this.week?.startedAt ?? null;
        this.#failures = 0;
        this.#askIn(SOON_MS + Math.random() * SPREAD_MS);
        this.#changed();
    }

    // of the week, RFC 3339; null: not known
    get startedAt() {
        return this.#current() ? this.week.startedAt : null;
    }

    // ms of clock; NaN: not known
    get resetAt() {
        return this.#current() ? Date.parse(this.week.resetAt) : NaN;
    }

    // its name as far as it is known
    get name() {
        return this.mode?.id === this.#gameMode ? this.mode.name
            : this.#gameMode?.replaceAll(/[-_]/g, " ") ?? null;
    }

    get icon() {
        return this.mode?.id === this.#gameMode ? this.mode.icon : null;
    }

    // the rules of another mode are none of this one
    #plays(gameMode) {
        if (gameMode !== this.#gameMode) {
            this.#gameMode = gameMode;
            this.rules = null;
        }
    }

    #askIn(delay) {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#ask(), delay);
    }

    async #ask() {
        clearTimeout(this.#timer);

        try {
            this.#take(await get("/api/game/current"));
        } catch {
            // without PostgreSQL there is the canvas, and no week
        }

        if (!this.#current()) {
            this.#askIn(AGAIN_MS[Math.min(this.#failures++,
                                          AGAIN_MS.length - 1)]);
            return;
        }

        this.#failures = 0;
        this.#changed();
    }

    #take({ currentMode, week, timeUntilAnnouncement, serverTime }) {
        this.mode = currentMode;
        this.week = week;
        this.clock.set(serverTime);
        this.announcedAt = timeUntilAnnouncement === null ? null
            : this.clock.now() + timeUntilAnnouncement;

        if (this.#current()) {
            this.rules = currentMode.rules;
        }
    }

    // not the week before
    #current() {
        return this.week !== null && this.mode.id === this.#gameMode
            && this.week.startedAt !== this.#over;
    }
}

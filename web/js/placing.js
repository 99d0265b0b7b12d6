// One's own placements, from the button or a click to the server's answer.
// A pixel is painted at once and taken back when it is refused; what the
// rules would refuse anyway is not sent.

import { Cooldown } from "./cooldown.js";
import { Pending } from "./pending.js";
import { sentence, WORDS } from "./words.js";

const ANSWER_MS = 10000;        // a placement is answered within

// what the button says where a rule does not let anybody place
const BUTTON = {
    duration_hours: "Placing has ended",
    max_pixels_per_user: "No pixels left",
    faction_required: "Choose a faction",
};

export class Placing {
    #on;
    #palette;
    #play;
    #now;
    #pending = new Pending();
    #timer = new Cooldown(() => this.place(this.#pixel));
    #user = null;               // its UUID; null: watching
    #cooldown = 0;              // s, of this canvas
    #pixel = null;              // that the button means
    #end = 0;                   // timer of the end of placing

    // play: see play.js; now(): ms since 1970, the server's
    // on: send(placement): false without a line; repaint({x, y});
    //   say(text); restart(): the line; choose(): a faction is needed
    constructor({ palette, play, now, on }) {
        this.#palette = palette;
        this.#play = play;
        this.#now = now;
        this.#on = on;
    }

    get user() {
        return this.#user;
    }

    // the line is open: as whom
    welcome({ userId, cooldown, cooldownRemaining }) {
        this.#user = userId;
        this.#cooldown = cooldown;
        this.#timer.start(cooldownRemaining, cooldown);
    }

    leave() {
        this.#user = null;
    }

    set cooldown(seconds) {
        this.#cooldown = seconds;
    }

    // {x, y} or null
    select(pixel) {
        this.#pixel = pixel;
        this.label();
    }

    place(pixel) {
        const rule = this.#play.obstacle(this.#now());

        if (rule === "faction_required" && this.#user !== null) {
            this.#on.choose();
        } else if (pixel !== null) {
            this.#ask({
                ...pixel, color: this.#palette.chosen, id: newId(),
                at: performance.now(),
            }, rule);
        }
    }

    // the server took it
    accept({ id, seq, cooldown }, reached) {
        const placement = this.#pending.accept(id, seq);

        this.#cooldown = cooldown;

        if (placement !== undefined) {
            this.#play.placed(placement.color);
            this.#timer.start(cooldown, cooldown);
            this.#pending.reach(reached);
            this.#on.repaint(placement);
        }
    }

    // ... or did not
    refuse(error) {
        const placement = this.#pending.drop(error.id);

        if (placement !== undefined) {
            this.#on.repaint(placement);
        }

        if (error.code === "RATE_LIMITED") {
            this.#timer.start(error.cooldownRemaining ?? 0, this.#cooldown);
        } else if (error.code === "RULE_VIOLATION") {
            this.#play.refused(error.rule);
        }

        this.#on.say(sentence(error));
    }

    // the picture shows everything up to this seq
    reach(seq) {
        this.#pending.reach(seq).forEach((p) => this.#on.repaint(p));
    }

    // undefined: none of one's own there
    colorAt(x, y) {
        return this.#pending.colorAt(x, y);
    }

    get all() {
        return [...this.#pending.unanswered(), ...this.#pending.accepted()];
    }

    clear() {
        this.#pending.clear();
    }

    // Nobody knows whether these arrived.  The same id again is safe while
    // the cooldown lasts; later the picture itself tells.
    resend() {
        for (const placement of this.#pending.unanswered()) {
            const age = performance.now() - placement.at;

            if (age > this.#cooldown * 1000 || !this.#on.send(placement)) {
                this.#pending.drop(placement.id);
                this.#on.repaint(placement);
            }
        }
    }

    // what the button says and whether it can be used
    label() {
        const now = this.#now();
        const rule = this.#play.obstacle(now);
        const ready = this.#user !== null && !this.#waiting();

        clearTimeout(this.#end);

        if (this.#play.end !== Infinity && this.#play.end > now) {
            this.#end = setTimeout(() => this.label(), this.#play.end - now);
        }

        if (this.#user !== null && rule !== null) {
            this.#timer.label(BUTTON[rule], rule === "faction_required");
        } else {
            this.#timer.label(this.#words(), ready && this.#pixel !== null
                && this.#play.objection({ ...this.#pixel,
                                          color: this.#palette.chosen })
                    === null);
        }
    }

    #words() {
        if (this.#user === null) {
            return "Joining…";
        }

        if (this.#waiting()) {
            return "Placing…";
        }

        if (this.#pixel === null) {
            return "Choose a pixel";
        }

        const { x, y } = this.#pixel;

        return this.#play.objection({ x, y }) === "mask"
            ? "Not in the shade" : `Place at ${x}, ${y}`;
    }

    #ask(placement, rule) {
        const obstacle = this.#obstacle(
            rule ?? this.#play.objection(placement));

        if (obstacle !== null) {
            this.#on.say(obstacle);
        } else if (this.#user === null) {
            this.#on.say(WORDS.joining);
        } else if (!this.#on.send(placement)) {
            this.#on.say(WORDS.notConnected);
        } else {
            this.#on.say("");
            this.#pending.add(placement);
            this.#on.repaint(placement);
            this.label();
            setTimeout(() => this.#expectAnswer(placement.id), ANSWER_MS);
        }
    }

    // why not to ask the server at all; null: nothing
    #obstacle(rule) {
        const cooldownRemaining = this.#timer.remaining;

        if (rule !== null) {
            return sentence({ code: "RULE_VIOLATION", rule });
        }

        if (cooldownRemaining > 0) {
            return sentence({ code: "RATE_LIMITED", cooldownRemaining });
        }

        return this.#waiting() ? "" : null;
    }

    // one at a time; without a cooldown as many as one likes
    #waiting() {
        return this.#cooldown > 0 && this.#pending.unanswered().length > 0;
    }

    // the line is alive, but a placement was never answered
    #expectAnswer(id) {
        if (this.#pending.unanswered().some((p) => p.id === id)) {
            this.#on.restart();
        }
    }
}

// 1 to 2^32 - 1; random, so that no two tabs share one
function newId() {
    return crypto.getRandomValues(new Uint32Array(1))[0] || 1;
}

// The page: joins the picture, the line to the server and the controls.

import { fetchCanvas, fetchInfo, identify } from "./api.js";
import { Connection } from "./connection.js";
import { Cooldown } from "./cooldown.js";
import { Game } from "./game.js";
import { Gestures } from "./gestures.js";
import { remember, remembered } from "./memory.js";
import { Mender } from "./mender.js";
import { Mirror } from "./mirror.js";
import { Palette } from "./palette.js";
import { Pending } from "./pending.js";
import { decode, encodePlace } from "./protocol.js";
import { Status } from "./status.js";
import { View } from "./view.js";
import { Week } from "./week/week.js";
import { sentence, WORDS } from "./words.js";

const ANSWER_MS = 10000;        // a placement is answered within
const JOIN_AGAIN_S = 5;
const TOUCH_SCALE = 8;          // smaller pixels than that no finger meets
const TOUCH_ZOOM = 20;          // the scale a tap on them leads to

class Page {
    #mirror = null;
    #stale = true;              // the mirror must be fetched again
    #user = null;               // its UUID; null: watching
    #asked = false;             // for a session, got one, not seen it yet
    #rejoin = 0;                // timer
    #cooldown = 0;              // s, of this canvas
    #cursor = null;

    #pending = new Pending();
    #status = new Status();
    #view = new View({
        top: document.getElementById("bar"),
        bottom: document.getElementById("dock"),
        side: document.getElementById("week"),
    });

    #palette = new Palette(() => this.#picked());
    #game = new Game(() => this.#played());
    #week = new Week(this.#game, () => this.#palette.colors);
    #timer = new Cooldown(() => this.#place(this.#cursor));
    #line = new Connection({
        prepare: () => this.#prepare(),
        receive: (data) => this.#receive(decode(data)),
        report: (state, detail) => this.#reportLine(state, detail),
    });

    #mender = new Mender({
        ask: (text) => this.#line.send(text),
        mended: () => this.#draw(),
        reload: () => this.#reload(),
    });

    #messages = {
        welcome: this.#welcome,
        updates: this.#updates,
        placed: this.#placed,
        error: this.#error,
        resync: this.#reload,
        week_reset: this.#newWeek,
        canvas_reset: this.#newCanvas,
        rules: this.#rules,
        upcoming: (message) => this.#week.announced(message),
        checksums: (message) => this.#mender.check(message, this.#mirror),
        online: (message) => this.#status.online(message.count),
    };

    constructor() {
        new Gestures(this.#view, {
            hover: (pixel) => this.#hover(pixel),
            tap: (pixel, touch) => this.#tap(pixel, touch),
            step: (dx, dy) => this.#step(dx, dy),
            place: () => this.#place(this.#cursor),
        });
        this.#zoomButtons();
        this.#line.connect();
    }

    // The server

    // the picture if it is needed, then where to listen for what follows it
    async #prepare() {
        if (this.#stale) {
            const [canvas, info] = await Promise.all([
                fetchCanvas(), fetchInfo(),
            ]);

            this.#mirror = new Mirror(canvas);
            this.#stale = false;
            this.#setPalette(info.palette);
            this.#status.online(info.online);
            this.#status.loaded();
            this.#pending.reach(canvas.seq);
            this.#draw();
        }

        const { seq, epoch } = this.#mirror;
        const url = new URL(`/ws?since=${seq}&epoch=${epoch}`, location.href);

        url.protocol = url.protocol === "https:" ? "wss:" : "ws:";

        return url;
    }

    #receive(message) {
        const handler = Object.hasOwn(this.#messages, message?.type ?? "")
            ? this.#messages[message.type] : () => {};

        handler.call(this, message);
    }

    #welcome(welcome) {
        const { userId, cooldown, cooldownRemaining, canvasInfo } = welcome;

        this.#user = userId;
        this.#cooldown = cooldown;
        this.#timer.start(cooldownRemaining, cooldown);
        this.#game.welcome(welcome);

        if (this.#setPalette(canvasInfo.palette)) {
            this.#draw();
        }

        this.#mender.start();

        if (canvasInfo.epoch !== this.#mirror.epoch) {
            this.#reload();
        } else if (userId === null) {
            this.#join();
        } else {
            this.#asked = false;
            remember("session", 1);
            this.#resend();
        }

        this.#label();
    }

    // a session is part of the upgrade: get one, then connect again
    async #join() {
        if (this.#asked) {
            this.#status.say(WORDS.noCookies);
            return;
        }

        clearTimeout(this.#rejoin);

        try {
            await identify(remembered("session") !== null);
            this.#asked = true;
            remember("session", 1);
            this.#line.restart();
        } catch (error) {
            const seconds = Math.max(JOIN_AGAIN_S, error.retryAfter);

            this.#status.say(sentence(error));
            this.#rejoin = setTimeout(() => this.#user ?? this.#join(),
                                      seconds * 1000);
        }
    }

    #updates({ first, pixels }) {
        const good = this.#mirror.apply(first, pixels, (x, y) =>
            this.#repaint({ x, y }));

        this.#pending.reach(this.#mirror.seq).forEach((placement) =>
            this.#repaint(placement));

        if (!good) {
            this.#reload();
        }
    }

    #placed({ id, seq, cooldown }) {
        const placement = this.#pending.accept(id, seq);

        this.#cooldown = cooldown;

        if (placement !== undefined) {
            this.#timer.start(cooldown, cooldown);
            this.#pending.reach(this.#mirror.seq);
            this.#repaint(placement);
        }

        this.#label();
    }

    #error(error) {
        const placement = this.#pending.drop(error.id);

        if (placement !== undefined) {
            this.#repaint(placement);
        }

        if (error.code === "RATE_LIMITED") {
            this.#timer.start(error.cooldownRemaining ?? 0, this.#cooldown);
        } else if (error.code === "UNAUTHORIZED") {
            this.#user = null;
            this.#join();
        }

        this.#status.say(sentence(error));
        this.#label();
    }

    #reload() {
        this.#stale = true;
        this.#line.restart();
    }

    #newCanvas() {
        this.#pending.clear();
        this.#status.say(WORDS.newCanvas);
        this.#reload();
    }

    #newWeek(message) {
        this.#game.turned(message);
        this.#newCanvas();
    }

    #rules(message) {
        this.#cooldown = message.cooldown;
        this.#game.ruled(message);
    }

    // the game has changed
    #played() {
        this.#week.draw();
    }

    #reportLine(state, detail) {
        this.#status.line(state, detail);
        this.#label();
    }

    // Placing

    #place(pixel) {
        if (pixel === null) {
            return;
        }

        const placement = {
            ...pixel, color: this.#palette.chosen, id: newId(),
            at: performance.now(),
        };
        const obstacle = this.#obstacle();

        if (obstacle !== null) {
            this.#status.say(obstacle);
        } else if (this.#user === null) {
            this.#status.say(WORDS.joining);
        } else if (!this.#send(placement)) {
            this.#status.say(WORDS.notConnected);
        } else {
            this.#status.say("");
            this.#pending.add(placement);
            this.#repaint(placement);
            this.#label();
            setTimeout(() => this.#expectAnswer(placement.id), ANSWER_MS);
        }
    }

    // why not to ask the server at all; null: nothing
    #obstacle() {
        const cooldownRemaining = this.#timer.remaining;

        if (cooldownRemaining > 0) {
            return sentence({ code: "RATE_LIMITED", cooldownRemaining });
        }

        return this.#waiting() ? "" : null;
    }

    // one at a time; without a cooldown as many as one likes
    #waiting() {
        return this.#cooldown > 0 && this.#pending.unanswered().length > 0;
    }

    #send(placement) {
        return this.#line.send(encodePlace(this.#line.binary, placement));
    }

    // Nobody knows whether these arrived.  The same id again is safe while
    // the cooldown lasts; later the picture itself tells.
    #resend() {
        for (const placement of this.#pending.unanswered()) {
            const age = performance.now() - placement.at;

            if (age > this.#cooldown * 1000 || !this.#send(placement)) {
                this.#pending.drop(placement.id);
                this.#repaint(placement);
            }
        }
    }

    // the line is alive, but a placement was never answered
    #expectAnswer(id) {
        if (this.#pending.unanswered().some((p) => p.id === id)) {
            this.#line.restart();
        }
    }

    // What is seen

    #draw() {
        const { width, height, pixels } = this.#mirror;

        this.#view.load(width, height, pixels);
        [...this.#pending.unanswered(), ...this.#pending.accepted()]
            .filter(({ x, y }) => this.#mirror.contains(x, y))
            .forEach((placement) => this.#repaint(placement));
    }

    #repaint({ x, y }) {
        this.#view.paint(x, y, this.#pending.colorAt(x, y)
            ?? this.#mirror.get(x, y));
    }

    #setPalette(colors) {
        const changed = this.#palette.set(colors);

        if (changed) {
            this.#view.setPalette(colors);
        }

        return changed;
    }

    #picked() {
        this.#view.markColor(this.#palette.color);
    }

    #hover(pixel) {
        this.#view.mark("hover", pixel);
        this.#status.where(pixel ?? this.#cursor);
    }

    #tap(pixel, touch) {
        const { camera } = this.#view;

        this.#select(pixel);

        if (touch && camera.scale < TOUCH_SCALE) {
            const { x, y, scale } = camera;

            camera.zoomTo(TOUCH_ZOOM, x + (pixel.x + 0.5) * scale,
                          y + (pixel.y + 0.5) * scale);
            camera.reveal(pixel.x, pixel.y);
            this.#view.changed();
        } else {
            this.#place(pixel);
        }
    }

    #step(dx, dy) {
        if (this.#mirror === null) {
            return;
        }

        const { width, height } = this.#mirror;
        const from = this.#cursor
            ?? { x: Math.floor(width / 2), y: Math.floor(height / 2) };
        const within = (value, size) => Math.min(Math.max(value, 0), size - 1);

        this.#select({
            x: within(from.x + dx, width), y: within(from.y + dy, height),
        });
        this.#view.camera.reveal(this.#cursor.x, this.#cursor.y);
        this.#view.changed();
    }

    #select(pixel) {
        this.#cursor = pixel;
        this.#view.mark("cursor", pixel);
        this.#status.where(pixel);
        this.#label();
    }

    #label() {
        const text = this.#user === null ? "Joining…"
            : this.#waiting() ? "Placing…"
                : this.#cursor === null ? "Choose a pixel"
                    : `Place at ${this.#cursor.x}, ${this.#cursor.y}`;

        this.#timer.label(text, this.#user !== null && this.#cursor !== null
                                && !this.#waiting());
    }

    #zoomButtons() {
        const { camera } = this.#view;
        const actions = {
            "zoom-in": () => camera.step(1),
            "zoom-out": () => camera.step(-1),
            "zoom-fit": () => camera.fit(),
        };

        for (const [id, action] of Object.entries(actions)) {
            document.getElementById(id).addEventListener("click", () => {
                action();
                this.#view.changed();
            });
        }
    }
}

// 1 to 2^32 - 1; random, so that no two tabs share one
function newId() {
    return crypto.getRandomValues(new Uint32Array(1))[0] || 1;
}

new Page();

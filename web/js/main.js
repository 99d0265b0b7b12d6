// The page: joins the picture, the line to the server and the controls.

import { fetchCanvas, fetchInfo, get, identify } from "./api.js";
import { Connection } from "./connection.js";
import { Factions } from "./factions.js";
import { Game } from "./game.js";
import { Gestures } from "./gestures.js";
import { remember, remembered } from "./memory.js";
import { Mender } from "./mender.js";
import { Mirror } from "./mirror.js";
import { Palette } from "./palette.js";
import { Picking } from "./picking.js";
import { Placing } from "./placing.js";
import { Play } from "./play.js";
import { decode, encodePlace } from "./protocol.js";
import { Status } from "./status.js";
import { View } from "./view.js";
import { Week } from "./week/week.js";
import { sentence, WORDS } from "./words.js";

const JOIN_AGAIN_S = 5;
const SPREAD_MS = 2000;
const TOUCH_SCALE = 8;          // smaller pixels than that no finger meets
const TOUCH_ZOOM = 20;          // the scale a tap on them leads to

class Page {
    #mirror = null;
    #stale = true;              // the mirror must be fetched again
    #asked = false;             // for a session, got one, not seen it yet
    #rejoin = 0;                // timers
    #asking = 0;
    #cursor = null;

    #status = new Status();
    #view = new View({
        top: document.getElementById("bar"),
        bottom: document.getElementById("dock"),
        side: document.getElementById("week"),
    });

    #palette = new Palette(() => this.#picked());
    #game = new Game(() => this.#played());
    #play = new Play();
    #placing = new Placing({
        palette: this.#palette,
        play: this.#play,
        now: () => this.#game.clock.now(),
        on: {
            send: (placement) => this.#line.send(
                encodePlace(this.#line.binary, placement)),
            repaint: (pixel) => this.#repaint(pixel),
            say: (text) => this.#status.say(text),
            restart: () => this.#line.restart(),
            choose: () => this.#factions.open(),
        },
    });

    #picking = new Picking(this.#view);
    #factions = new Factions(this.#play, () => this.#settle());
    #week = new Week({
        game: this.#game,
        play: this.#play,
        palette: () => this.#palette.colors,
        me: () => this.#placing.user,
        on: {
            choose: () => this.#factions.open(),
            send: (message) => this.#line.send(JSON.stringify(message)),
            frame: (parts) => this.#view.frame(parts),
            show: (part) => this.#show(part),
            pick: () => this.#picking.start(),
        },
    });

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
        upcoming: (message) => this.#week.upcoming(message),
        leaderboard: (message) => this.#week.leaderboard(message),
        objective: this.#objective,
        checksums: (message) => this.#mender.check(message, this.#mirror),
        online: (message) => this.#status.online(message.count),
    };

    constructor() {
        new Gestures(this.#view, {
            hover: (pixel) => this.#hover(pixel),
            tap: (pixel, touch) => this.#tap(pixel, touch),
            step: (dx, dy) => this.#step(dx, dy),
            place: () => this.#enter(this.#cursor),
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
            this.#placing.reach(canvas.seq);
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
        const { userId, canvasInfo } = welcome;

        this.#placing.welcome(welcome);
        this.#play.is(welcome);
        this.#game.welcome(welcome);

        if (this.#setPalette(canvasInfo.palette)) {
            this.#draw();
        }

        this.#mender.start();
        this.#week.connected();

        if (canvasInfo.epoch !== this.#mirror.epoch) {
            this.#reload();
        } else if (userId === null) {
            this.#join();
        } else {
            this.#asked = false;
            remember("session", 1);
            this.#placing.resend();
        }

        this.#settle();
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
            this.#rejoin = setTimeout(() => this.#placing.user ?? this.#join(),
                                      seconds * 1000);
        }
    }

    #updates({ first, pixels }) {
        const good = this.#mirror.apply(first, pixels, (x, y) =>
            this.#repaint({ x, y }));

        this.#placing.reach(this.#mirror.seq);

        if (!good) {
            this.#reload();
        }
    }

    #placed(message) {
        this.#placing.accept(message, this.#mirror.seq);
        this.#settle();
    }

    #error(error) {
        if (error.code === "UNAUTHORIZED") {
            this.#placing.leave();
            this.#join();
        }

        this.#placing.refuse(error);

        if (error.code === "RULE_VIOLATION") {
            this.#whoAmI(0);
        }

        this.#settle();
    }

    #reload() {
        this.#stale = true;
        this.#line.restart();
    }

    #newCanvas() {
        this.#placing.clear();
        this.#status.say(WORDS.newCanvas);
        this.#reload();
    }

    #newWeek(message) {
        this.#play.anew();
        this.#game.turned(message);
        this.#newCanvas();
    }

    #rules(message) {
        this.#placing.cooldown = message.cooldown;
        this.#play.others(message.rules);
        this.#game.ruled(message);
        this.#whoAmI(Math.random() * SPREAD_MS);
    }

    // Other rules: another faction or colour, perhaps.  Not everybody asks
    // in the same moment.
    #whoAmI(delay) {
        clearTimeout(this.#asking);

        if (!this.#play.personal) {
            return;
        }

        this.#asking = setTimeout(async () => {
            try {
                this.#play.is(await get("/api/v1/auth/me"));
                this.#settle();
            } catch {
                // the next welcome says it
            }
        }, delay);
    }

    #objective({ name, username, userId }) {
        const who = userId !== null && userId === this.#placing.user
            ? "You have" : `${username ?? "Somebody"} has`;

        this.#status.tell(`${who} completed “${name}”.`);
        this.#week.objective();
    }

    // the game has changed
    #played() {
        const { rules, startedAt } = this.#game;

        if (this.#play.setRules(rules, startedAt)) {
            this.#view.shade(rules?.mask ?? null);
        }

        this.#settle();
    }

    // what the rules allow may have changed
    #settle() {
        this.#palette.lock(this.#play.color);
        this.#factions.update();
        this.#placing.label();
        this.#week.draw();
    }

    #reportLine(state, detail) {
        this.#status.line(state, detail);
        this.#placing.label();
    }

    // What is seen

    #draw() {
        const { width, height, pixels } = this.#mirror;

        this.#view.load(width, height, pixels);
        this.#placing.all
            .filter(({ x, y }) => this.#mirror.contains(x, y))
            .forEach((placement) => this.#repaint(placement));
    }

    #repaint({ x, y }) {
        this.#view.paint(x, y, this.#placing.colorAt(x, y)
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
        this.#placing.label();
    }

    #hover(pixel) {
        this.#view.mark("hover", pixel);
        this.#status.where(pixel ?? this.#cursor);
    }

    #tap(pixel, touch) {
        const { camera } = this.#view;

        this.#select(pixel);

        if (touch && camera.scale < TOUCH_SCALE && !this.#picking.active) {
            const { x, y, scale } = camera;

            camera.zoomTo(TOUCH_ZOOM, x + (pixel.x + 0.5) * scale,
                          y + (pixel.y + 0.5) * scale);
            camera.reveal(pixel.x, pixel.y);
            this.#view.changed();
        } else {
            this.#enter(pixel);
        }
    }

    // one pixel is meant, or null
    #enter(pixel) {
        if (this.#picking.active) {
            this.#picking.take(pixel);
        } else {
            this.#placing.place(pixel);
        }
    }

    #show(part) {
        this.#view.camera.show(part);
        this.#view.changed();
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
        this.#placing.select(pixel);
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

new Page();

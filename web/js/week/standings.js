// "Standings": who placed most.  Asked for once; then the WebSocket tells the
// best ten whenever they change.

import { get } from "../api.js";
import { idOf, merge, nameOf } from "../boards.js";
import { make } from "../dom.js";
import { flag } from "../factions.js";
import { Section } from "./section.js";

const LIMIT = 50;
const CHANNELS = ["leaderboard"];

const KINDS = [
    ["users", "Users"], ["agents", "Agents"], ["factions", "Factions"],
];

export class Standings {
    id = "standings";
    title = "Standings";
    elements;
    #play;
    #send;
    #me;
    #kind = "users";
    #boards = new Map();        // by kind, as last heard
    #buttons = new Map();
    #shown = false;
    #section = new Section({
        load: () => this.#load(this.#kind),
        draw: (board) => this.#draw(board),
        missing: "Standings are not kept here.",
    });

    // send(message): to the server; me(): one's UUID, or null
    constructor({ play, send, me }) {
        this.#play = play;
        this.#send = send;
        this.#me = me;

        for (const [kind, textContent] of KINDS) {
            const button = make("button", { type: "button", textContent });

            button.addEventListener("click", () => this.#choose(kind));
            this.#buttons.set(kind, button);
        }

        this.elements = [
            make("div", { class: "choice", role: "group",
                          "aria-label": "Whose" }, ...this.#buttons.values()),
            this.#section.element,
        ];
        this.#choose(this.#kind);
    }

    show() {
        if (!this.#shown) {
            this.#shown = true;
            this.#subscribe("subscribe");
        }

        this.#section.show();
    }

    hide() {
        if (this.#shown) {
            this.#shown = false;
            this.#subscribe("unsubscribe");
        }

        this.#section.hide();
    }

    // another week
    stale() {
        this.#boards.clear();
        this.#section.stale();
    }

    // a new line knows of no subscription
    connected() {
        if (this.#shown) {
            this.#subscribe("subscribe");
        }
    }

    // the message
    told({ kind, entries }) {
        const board = this.#boards.get(kind);

        if (board !== undefined) {
            this.#keep({ ...board, entries: merge(board.entries, entries) });
        }
    }

    #subscribe(type) {
        this.#send({ type, channels: CHANNELS });
    }

    async #load(kind) {
        const [board, factions] = await Promise.all([
            get(`/api/leaderboard?kind=${kind}&limit=${LIMIT}`),
            kind === "factions" ? details() : [],
        ]);

        this.#boards.set(kind, { kind, entries: board.entries, factions });

        // another one may have been chosen in between
        return this.#boards.get(this.#kind) ?? this.#load(this.#kind);
    }

    #keep(board) {
        this.#boards.set(board.kind, board);

        if (board.kind === this.#kind) {
            this.#section.put(board);
        }
    }

    #choose(kind) {
        this.#kind = kind;

        for (const [name, button] of this.#buttons) {
            button.setAttribute("aria-pressed", name === kind);
        }

        if (this.#boards.has(kind)) {
            this.#section.put(this.#boards.get(kind));
        } else {
            this.#section.stale();
        }
    }

    #draw({ kind, entries, factions }) {
        if (entries.length === 0) {
            return [make("p", { class: "calm", textContent: kind === "factions"
                ? "No faction has placed a pixel yet."
                : "Nobody has placed a pixel yet." })];
        }

        const more = new Map(factions.map((f) => [f.id, f]));
        const territory = factions.some((f) => f.territory > 0);
        const heads = ["", "Name", "Pixels", ...territory ? ["Area"] : []];

        return [make("table", { class: "board" },
            make("thead", {}, make("tr", {}, ...heads.map((textContent) =>
                make("th", { scope: "col", textContent })))),
            make("tbody", {}, ...entries.map((entry) =>
                this.#row(entry, territory
                    ? [more.get(entry.faction)?.territory ?? 0] : []))))];
    }

    #row(entry, more) {
        const own = [this.#me(), this.#play.faction].includes(idOf(entry));
        const name = make("th", { scope: "row" },
            entry.faction ? flag(entry.faction) : null,
            nameOf(entry) ?? "somebody");

        if (own) {
            name.append(make("span", { class: "tag", textContent: "you" }));
        }

        return make("tr", { class: own ? "mine" : "" },
            make("td", { textContent: `${entry.rank}.` }), name,
            ...[entry.pixels, ...more].map((n) =>
                make("td", { textContent: n.toLocaleString("en") })));
    }
}

// of the factions, beside their pixels; nothing where it is not known
async function details() {
    try {
        return (await get("/api/v1/factions")).factions;
    } catch {
        return [];
    }
}

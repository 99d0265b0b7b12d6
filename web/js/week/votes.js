// "Votes" of a week that has them: for the next mode, and for the art of the
// week.  Votes are secret: which one is one's own, this browser remembers.

import { get, post } from "../api.js";
import { make } from "../dom.js";
import { remember, remembered } from "../memory.js";
import { reason } from "../words.js";
import { ArtworkForm } from "./artwork.js";
import { Section } from "./section.js";

export class Votes {
    id = "votes";
    title = "Votes";
    elements;
    #game;
    #me;
    #on;
    #works = [];
    #busy = false;
    #form;
    #problem = make("p", { class: "problem", role: "alert" });
    #framed = make("input", { type: "checkbox", id: "framed" });
    #section = new Section({
        load: () => get("/api/v1/votes"),
        draw: (data) => this.#draw(data),
        missing: "There is no vote here.",
    });

    // me(): one's UUID, or null
    // on: frame(parts), show(part), pick(): see main.js
    constructor({ game, me, on }) {
        this.#game = game;
        this.#me = me;
        this.#on = on;
        this.#form = new ArtworkForm({
            pick: on.pick,
            preview: (part) => this.#frame(part),
            entered: () => this.#section.stale(),
        });
        this.#framed.addEventListener("change", () => this.#frame(null));
        this.elements = [this.#section.element, this.#problem,
                         this.#form.element];
    }

    show() {
        this.#section.show();
    }

    hide() {
        this.#section.hide();
    }

    // another week, another vote
    stale() {
        this.#works = [];
        this.#frame(null);
        this.#section.stale();
    }

    #draw({ enabled, mode, art }) {
        this.#works = art.artworks;
        this.#form.element.hidden = !enabled;
        this.#frame(null);

        return enabled ? [
            make("h3", { textContent: "The next mode" }),
            make("ul", { class: "votes" }, ...mode.standings.map((m) =>
                this.#choice("mode", m.id, m.name, m.votes, null))),
            make("h3", { textContent: "The art of this week" }),
            ...this.#art(),
        ] : [make("p", { class: "calm", textContent:
            "There is no vote in this week." })];
    }

    #art() {
        return this.#works.length === 0
            ? [make("p", { class: "calm", textContent:
                "No work is entered yet. Yours could be the first." })]
            : [make("label", { class: "check" }, this.#framed,
                    "Frame them on the canvas"),
               make("ul", { class: "votes" }, ...this.#works.map((work) =>
                   this.#choice("art", work.id, work.title, work.votes,
                                work)))];
    }

    // work: of art, or null
    #choice(kind, id, name, votes, work) {
        const own = work !== null
            && (work.userId ?? work.agentId) === this.#me();
        const mine = this.#chosen(kind) === id;
        const show = make("button", {
            type: "button", class: "as-link", "data-key": `show-${id}`,
            textContent: "Show",
        });
        const vote = make("button", {
            type: "button", "data-key": `vote-${id}`, disabled: own,
            "aria-pressed": mine, textContent: mine ? "Your vote" : "Vote",
            "aria-label": `${mine ? "Your vote" : "Vote"}: ${name}`,
            title: own ? "This is your own work" : "",
        });

        show.addEventListener("click", () => this.#on.show(work));
        vote.addEventListener("click", () => this.#vote(kind, id));

        return make("li", {},
            make("div", { class: "what" },
                make("strong", { textContent: name }),
                work === null ? null : make("p", { class: "quiet" },
                    `by ${own ? "you" : work.username ?? "somebody"} `, show)),
            make("span", { class: "count", textContent: votes
                .toLocaleString("en"), title: `${votes} votes` }),
            vote);
    }

    async #vote(kind, id) {
        if (this.#busy) {
            return;
        }

        this.#busy = true;
        this.#problem.textContent = "";

        try {
            await post("/api/v1/votes", { kind, id });
            remember(`vote-${kind}`, `${this.#game.startedAt} ${id}`);
            this.#section.stale();
        } catch (error) {
            this.#problem.textContent = reason(error);
        }

        this.#busy = false;
    }

    // its id; undefined: none in this week
    #chosen(kind) {
        const [week, id] = (remembered(`vote-${kind}`) ?? "").split(" ");

        return week === this.#game.startedAt ? id : undefined;
    }

    // part: not entered yet, or null
    #frame(part) {
        this.#on.frame([
            ...this.#framed.checked ? this.#works : [],
            ...part === null ? [] : [{ ...part, title: null }],
        ]);
    }
}

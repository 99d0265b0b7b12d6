// "Week": the mode, its rules in plain words, its dates, what comes next.

import { get } from "../api.js";
import { make } from "../dom.js";
import { inWords, mechanicsOf } from "../rules.js";
import { Section } from "./section.js";

const DAY = { weekday: "long", day: "numeric", month: "long" };
const TIME = { hour: "2-digit", minute: "2-digit" };

export class About {
    id = "about";
    title = "Week";
    elements;
    #game;
    #palette;
    #mode = make("div", { class: "mode" });
    #next;

    // palette(): "#RRGGBB" each, or null
    constructor(game, palette) {
        this.#game = game;
        this.#palette = palette;
        this.#next = new Section({
            load: () => get("/api/game/upcoming"),
            draw: (upcoming) => this.#drawNext(upcoming),
            missing: "What comes next is not known here.",
        });
        this.elements = [this.#mode, make("h3", { textContent: "Next week" }),
                         this.#next.element];
    }

    show() {
        this.draw();
        this.#next.show();
    }

    hide() {
        this.#next.hide();
    }

    // the next mode was announced, or another week began
    stale() {
        this.#next.stale();
    }

    announced(upcoming) {
        this.#next.put(upcoming);
    }

    // something of the game has changed
    draw() {
        const { mode, week, rules, name, icon, cooldown } = this.#game;
        const palette = this.#palette();
        const today = mechanicsOf(rules);

        this.#mode.replaceChildren(
            title(icon, name ?? "This week", mode?.difficulty),
            make("p", { textContent: mode?.description ?? "" }),
            make("ul", { class: "rules" },
                 ...inWords(rules, { cooldown, palette }).map((textContent) =>
                     make("li", { textContent }))),
            ...today.length === 0 ? [] : [make("p", { class: "today",
                textContent: `Today: ${today.join(" and ")}.` })],
            dates(week, this.#game.resetAt));
    }

    #drawNext({ upcomingMode, startsAt, message }) {
        if (upcomingMode) {
            return [
                title(upcomingMode.icon, upcomingMode.name,
                      upcomingMode.difficulty),
                make("p", { textContent: upcomingMode.description }),
                make("p", { class: "quiet", textContent:
                    `Begins ${when(Date.parse(startsAt))}` }),
            ];
        }

        const { announcedAt } = this.#game;

        return [make("p", { class: "calm", textContent: announcedAt === null
            ? `${message}.`
            : `The next mode will be announced ${when(announcedAt)}.` })];
    }
}

function title(icon, name, difficulty) {
    return make("p", { class: "title" },
        icon ? make("span", { class: "icon", "aria-hidden": "true",
                              textContent: icon }) : null,
        make("strong", { textContent: name }),
        difficulty ? make("span", { class: "tag", textContent: difficulty })
            : null);
}

function dates(week, resetAt) {
    return week === null || Number.isNaN(resetAt) ? ""
        : make("p", { class: "quiet", textContent: `Week ${week.weekNumber} `
            + `of ${week.year}. It ends ${when(resetAt)}.` });
}

// in the visitor's own time zone
function when(ms) {
    const date = new Date(ms);

    return `on ${date.toLocaleDateString("en-GB", DAY)} at `
        + date.toLocaleTimeString("en-GB", TIME);
}

// "Week": the mode, its rules in plain words, its dates, what comes next.

import { get } from "../api.js";
import { colorName } from "../colors.js";
import { make } from "../dom.js";
import { flag } from "../factions.js";
import { inWords, mechanicsOf } from "../rules.js";
import { Section } from "./section.js";

const DAY = { weekday: "long", day: "numeric", month: "long" };
const TIME = { hour: "2-digit", minute: "2-digit" };

export class About {
    id = "about";
    title = "Week";
    elements;
    #game;
    #play;
    #palette;
    #choose;
    #seen = null;               // what is drawn, as JSON
    #mode = make("div", { class: "mode" });
    #next;

    // palette(): "#RRGGBB" each; choose(): a faction
    constructor({ game, play, palette, choose }) {
        this.#game = game;
        this.#play = play;
        this.#palette = palette;
        this.#choose = choose;
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

    // something of the game has changed, perhaps
    draw() {
        const { mode, week, rules, name, icon, cooldown, resetAt }
            = this.#game;
        const { faction, color } = this.#play;
        const palette = this.#palette();
        const seen = JSON.stringify([mode, week, rules, name, icon, cooldown,
                                     resetAt, faction, color, palette]);

        if (seen === this.#seen) {
            return;
        }

        const today = mechanicsOf(rules);

        this.#seen = seen;
        this.#mode.replaceChildren(
            title(icon, name ?? "This week", icon && mode.difficulty),
            make("p", { textContent: icon ? mode.description : "" }),
            make("ul", { class: "rules" },
                 ...inWords(rules, { cooldown, palette }).map((textContent) =>
                     make("li", { textContent }))),
            ...today.length === 0 ? [] : [make("p", { class: "own",
                textContent: `Today: ${today.join(" and ")}.` })],
            ...this.#own(palette),
            dates(week, resetAt));
    }

    // what the rules made of this visitor
    #own(palette) {
        const { faction, factions, color } = this.#play;
        const own = [];

        if (faction !== null && factions.length > 0) {
            own.push(make("p", { class: "own" }, "You play for ",
                          flag(faction), make("strong", {
                              textContent: faction }), "."));
        } else if (factions.length > 0) {
            const button = make("button", {
                type: "button", textContent: "Choose a faction",
            });

            button.addEventListener("click", () => this.#choose());
            own.push(button);
        }

        if (color !== null) {
            const dot = flag("");

            dot.style.background = palette[color];
            own.push(make("p", { class: "own" }, "Your colour is ", dot,
                          make("strong", {
                              textContent: colorName(palette[color]) }), "."));
        }

        return own;
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

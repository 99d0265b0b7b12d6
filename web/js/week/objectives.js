// "Objectives" of the week: what there is to achieve, and who is nearest.

import { get } from "../api.js";
import { make } from "../dom.js";
import { Section } from "./section.js";

const LEADERS = 3;

export class Objectives {
    id = "objectives";
    title = "Objectives";
    elements;
    #me;
    #section = new Section({
        load: () => get("/api/v1/objectives"),
        draw: (data) => this.#draw(data),
        missing: "There are no objectives here.",
    });

    // me(): one's UUID, or null
    constructor(me) {
        this.#me = me;
        this.elements = [this.#section.element];
    }

    show() {
        this.#section.show();
    }

    hide() {
        this.#section.hide();
    }

    // another week, or one is completed
    stale() {
        this.#section.stale();
    }

    #draw({ objectives }) {
        return objectives.length === 0
            ? [make("p", { class: "calm", textContent:
                "This week has no objectives." })]
            : [make("ul", { class: "objectives" },
                    ...objectives.map((o) => this.#objective(o)))];
    }

    #objective({ name, description, target, atWeekEnd, completed, first,
                 leaders })
    {
        const state = completed > 0 ? `${completed.toLocaleString("en")} done`
            : atWeekEnd ? "at the end of the week" : "open";

        return make("li", {},
            make("p", { class: "title" },
                make("strong", { textContent: name }),
                make("span", { class: completed > 0 ? "tag done" : "tag",
                               textContent: state })),
            make("p", { class: "quiet", textContent: description }),
            first ? make("p", {}, "First: ", make("strong", {
                textContent: first.username ?? "somebody" })) : null,
            ...(leaders ?? []).slice(0, LEADERS).map((leader) =>
                this.#leader(leader, target)));
    }

    #leader({ username, userId, agentId, value }, target) {
        const own = (userId ?? agentId) === this.#me();
        const label = `${username ?? "somebody"}${own ? " (you)" : ""}`;

        return make("p", { class: "leader" },
            make("span", { textContent: label }),
            make("progress", { max: target, value: Math.min(value, target),
                               "aria-label": label }),
            make("span", { class: "quiet", textContent:
                `${value.toLocaleString("en")} of `
                + target.toLocaleString("en") }));
    }
}

// The choice of a faction, once a week: a dialog that comes when somebody
// wants to place and has none yet.

import { get, post } from "./api.js";
import { make } from "./dom.js";
import { counted, sentence } from "./words.js";

export class Factions {
    #play;
    #joined;
    #dialog = document.getElementById("factions");
    #list = document.getElementById("factions-list");
    #problem = document.getElementById("factions-problem");
    #offered = "";              // the names in the list

    // joined(): play.faction has changed
    constructor(play, joined) {
        this.#play = play;
        this.#joined = joined;
        document.getElementById("factions-later").addEventListener("click",
            () => this.#dialog.close());
    }

    async open() {
        if (this.#dialog.open) {
            return;
        }

        this.#problem.textContent = "";
        this.#draw(new Map());
        this.#dialog.showModal();
        this.#draw(await members());
    }

    // The rules may be others now, or the choice made elsewhere: what is open
    // offers what there is to choose, or goes.
    update() {
        if (!this.#dialog.open) {
            return;
        }

        if (this.#play.obstacle(-Infinity) !== "faction_required") {
            this.#dialog.close();
        } else if (this.#play.factions.join() !== this.#offered) {
            this.#draw(new Map());
        }
    }

    // members: by name
    #draw(members) {
        const focused = document.activeElement?.dataset.key;
        const choice = (key, body, ...children) => {
            const button = make("button", { type: "button", "data-key": key },
                                ...children);

            button.addEventListener("click", () => this.#join(body));

            return button;
        };

        this.#offered = this.#play.factions.join();
        this.#list.replaceChildren(
            ...this.#play.factions.map((name) => choice(
                name, { faction: name }, flag(name),
                make("span", { class: "faction", textContent: name }),
                make("span", { class: "quiet", textContent:
                    members.has(name) ? counted(members.get(name), "member")
                        : "" }))),
            choice("", {}, make("span", { class: "faction",
                                          textContent: "The smallest one" })));

        if (focused !== undefined) {
            this.#list.querySelector(`[data-key="${CSS.escape(focused)}"]`)
                ?.focus();
        }
    }

    async #join(body) {
        try {
            this.#play.faction = (await post("/api/v1/factions", body)).faction;
        } catch (error) {
            if (error.code !== "CONFLICT" || !await this.#learn()) {
                this.#problem.textContent = sentence(error);

                return;
            }
        }

        this.#dialog.close();
        this.#joined();
    }

    // the choice was made in another window; false: it cannot be known
    async #learn() {
        try {
            this.#play.is(await get("/api/v1/auth/me"));
        } catch {
            return false;
        }

        return this.#play.faction !== null;
    }
}

// A dot in the colour that the name is, if it is the name of one.
export function flag(name) {
    const dot = make("span", { class: "flag", "aria-hidden": "true" });

    if (CSS.supports("color", name)) {
        dot.style.background = name;
    }

    return dot;
}

// how many are in each, by name; nothing, when the server does not tell
async function members() {
    try {
        const { factions } = await get("/api/v1/factions");

        return new Map(factions.map((f) => [f.id, f.members ?? 0]));
    } catch {
        return new Map();
    }
}

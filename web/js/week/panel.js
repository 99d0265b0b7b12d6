// The panel "This week": opened by the button in the bar, beside the canvas
// or, on a phone, a sheet over it; tabs, one of which is open.  What it is
// like is remembered.

import { make } from "../dom.js";
import { remember, remembered } from "../memory.js";

const SHEET = "(max-width: 860px)";     // as in week.css
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

const element = (id) => document.getElementById(id);

export class Panel {
    #panel = element("week");
    #button = element("week-button");
    #tabs = element("week-tabs");
    #parts = new Map();         // by id: {tab, body, part}
    #chosen = null;
    #open = false;

    // parts: [{id, title, elements, show(), hide()}]; the elements stay in the
    // document, show and hide say whether they can be seen
    constructor(parts) {
        parts.forEach((part) => this.#add(part));
        this.#choose(this.#parts.has(remembered("tab"))
            ? remembered("tab") : parts[0].id);

        this.#button.addEventListener("click", () => this.#set(!this.#open));
        element("week-close").addEventListener("click", () => this.#close());
        this.#tabs.addEventListener("keydown", (event) => this.#step(event));
        this.#panel.addEventListener("keydown", (event) => {
            if (event.key === "Escape") {
                this.#close();
            }
        });

        this.#set(remembered("week") === "open");
    }

    // the canvas is to be seen: a sheet would cover it
    aside() {
        if (matchMedia(SHEET).matches) {
            this.#close();
        }
    }

    // whether there is such a tab at the moment
    offer(id, wanted) {
        const { tab } = this.#parts.get(id);

        tab.hidden = !wanted;

        if (!wanted && this.#chosen === id) {
            this.#choose(this.#shown()[0]);
        }
    }

    #add(part) {
        const { id, title, elements } = part;
        const tab = make("button", {
            type: "button", role: "tab", id: `tab-${id}`,
            "aria-controls": `part-${id}`, textContent: title,
        });
        const body = make("section", {
            id: `part-${id}`, class: "part", role: "tabpanel", tabIndex: 0,
            "aria-labelledby": tab.id, hidden: true,
        }, ...elements);

        tab.addEventListener("click", () => this.#choose(id));
        this.#tabs.append(tab);
        this.#panel.append(body);
        this.#parts.set(id, { tab, body, part });
    }

    #set(open) {
        this.#open = open;
        this.#panel.hidden = !open;
        this.#button.setAttribute("aria-expanded", open);
        document.body.classList.toggle("week-open", open);
        remember("week", open ? "open" : "closed");
        this.#tell();
    }

    #close() {
        this.#set(false);
        this.#button.focus();
    }

    #choose(id) {
        this.#chosen = id;
        remember("tab", id);

        for (const [name, { tab, body }] of this.#parts) {
            tab.setAttribute("aria-selected", name === id);
            tab.tabIndex = name === id ? 0 : -1;
            body.hidden = name !== id;
        }

        this.#tell();
    }

    // the others first, so that nothing is asked for twice
    #tell() {
        const seen = ([id]) => this.#open && id === this.#chosen;
        const parts = [...this.#parts];

        parts.filter((p) => !seen(p)).forEach(([, { part }]) => part.hide());
        parts.filter(seen).forEach(([, { part }]) => part.show());
    }

    #step(event) {
        const ids = this.#shown();
        const at = ids.indexOf(this.#chosen);
        const to = event.key === "Home" ? 0
            : event.key === "End" ? ids.length - 1
                : event.key in STEPS
                    ? (at + STEPS[event.key] + ids.length) % ids.length : null;

        if (to !== null) {
            event.preventDefault();
            this.#choose(ids[to]);
            this.#parts.get(ids[to]).tab.focus();
        }
    }

    #shown() {
        return [...this.#parts.keys()].filter((id) =>
            !this.#parts.get(id).tab.hidden);
    }
}

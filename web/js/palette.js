// The colours to pick from, as a group of radio buttons: arrow keys and
// screen readers come with it.  The choice is remembered.

import { colorName } from "./colors.js";
import { remember, remembered } from "./memory.js";
import { WORDS } from "./words.js";

const FIRST_CHOICE = 5;

export class Palette {
    #group = document.getElementById("palette");
    #colors = [];
    #chosen = 0;
    #only = null;               // index of the one that may be used
    #picked;

    // picked(): another colour was chosen
    constructor(picked) {
        this.#picked = picked;
        this.#group.addEventListener("change", (event) => {
            this.#choose(Number(event.target.value));
            remember("color", this.#chosen);
        });
    }

    get chosen() {
        return this.#chosen;
    }

    // "#RRGGBB" each
    get colors() {
        return this.#colors;
    }

    // "#RRGGBB"
    get color() {
        return this.#colors[this.#chosen];
    }

    // false: nothing new
    set(colors) {
        if (colors.join() === this.#colors.join()) {
            return false;
        }

        const wanted = Number(remembered("color") ?? NaN);

        this.#colors = colors;
        this.#group.replaceChildren(...colors.map(swatch));
        this.#group.classList.toggle("many", colors.length > 32);
        this.#choose(wanted < colors.length
            ? wanted : Math.min(FIRST_CHOICE, colors.length - 1));
        this.#limit();

        return true;
    }

    // index of the one colour that may be used; null: all
    lock(only) {
        if (only !== this.#only) {
            this.#only = only;
            this.#limit();
        }
    }

    #limit() {
        const only = this.#only;

        this.#group.classList.toggle("locked", only !== null);

        for (const label of this.#group.children) {
            const input = label.firstChild;
            const name = input.getAttribute("aria-label");

            input.disabled = only !== null && Number(input.value) !== only;
            label.title = input.disabled ? `${name}: ${WORDS.otherColor}`
                : name;
        }

        if (this.#colors[only] !== undefined) {
            this.#choose(only);
        }
    }

    #choose(index) {
        this.#chosen = index;
        this.#group.querySelectorAll("input")[index].checked = true;
        this.#picked();
    }
}

function swatch(color, index) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    const name = colorName(color);

    input.type = "radio";
    input.name = "color";
    input.value = index;
    input.setAttribute("aria-label", name);

    label.style.setProperty("--swatch", color);
    label.append(input);

    return label;
}

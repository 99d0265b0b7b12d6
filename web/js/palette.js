// The colours to pick from, as a group of radio buttons: arrow keys and
// screen readers come with it.  The choice is remembered.

import { remember, remembered } from "./memory.js";

// what people call the colours of the default palette
const NAMES = new Map([
    ["#FF4500", "orange red"], ["#FFA800", "orange"], ["#FFD635", "yellow"],
    ["#00A368", "dark green"], ["#7EED56", "light green"],
    ["#2450A4", "dark blue"], ["#3690EA", "blue"], ["#51E9F4", "light blue"],
    ["#811E9F", "dark purple"], ["#B44AC0", "purple"],
    ["#FF99AA", "light pink"], ["#9C6926", "brown"], ["#000000", "black"],
    ["#898D90", "grey"], ["#D4D7D9", "light grey"], ["#FFFFFF", "white"],
]);

const FIRST_CHOICE = 5;

export class Palette {
    #group = document.getElementById("palette");
    #colors = [];
    #chosen = 0;
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

        return true;
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
    const name = NAMES.get(color.toUpperCase()) ?? color;

    input.type = "radio";
    input.name = "color";
    input.value = index;
    input.setAttribute("aria-label", name);

    label.title = name;
    label.style.setProperty("--swatch", color);
    label.append(input);

    return label;
}

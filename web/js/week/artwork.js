// The form that enters a part of the canvas as a work of art: its title, and
// a rectangle, picked on the canvas or as numbers.

import { post } from "../api.js";
import { make } from "../dom.js";
import { reason } from "../words.js";

const TITLE = 80;               // characters
const SIDE = 65535;

// what they are called
const NUMBERS = { x: "Left", y: "Top", width: "Width", height: "Height" };

export class ArtworkForm {
    element;
    #on;
    #title = make("input", { id: "work-title", maxLength: TITLE,
                             required: true, autocomplete: "off" });
    #numbers = Object.keys(NUMBERS).map((name) => make("input", {
        id: `work-${name}`, name, type: "number", required: true, step: 1,
        min: name === "x" || name === "y" ? 0 : 1, max: SIDE,
    }));

    #enter = make("button", { type: "submit", textContent: "Enter it" });
    #problem = make("p", { class: "problem", role: "alert" });

    // on: pick(): promise of a rectangle or null; preview(part or null);
    //   entered()
    constructor(on) {
        const pick = make("button", { type: "button",
                                      textContent: "Pick on the canvas" });
        const form = make("form", { class: "work" },
            make("label", { for: "work-title", textContent: "Title" }),
            this.#title, pick,
            make("div", { class: "numbers" }, ...this.#numbers.map((input) =>
                make("label", {}, NUMBERS[input.name], input))),
            this.#enter, this.#problem);

        pick.addEventListener("click", () => this.#pick());
        form.addEventListener("input", () => on.preview(this.#part()));
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            this.#post();
        });

        this.#on = on;
        this.element = make("details", { class: "enter" },
            make("summary", { textContent: "Enter a work of art" }), form);
    }

    async #pick() {
        const part = await this.#on.pick();

        if (part !== null) {
            this.#numbers.forEach((input) => {
                input.value = part[input.name];
            });
            this.#on.preview(part);
            (this.#title.value === "" ? this.#title : this.#enter).focus();
        }
    }

    // null: the numbers are none yet
    #part() {
        return this.#numbers.every((input) => input.validity.valid)
            ? Object.fromEntries(this.#numbers.map((input) =>
                [input.name, input.valueAsNumber])) : null;
    }

    async #post() {
        this.#enter.disabled = true;
        this.#problem.textContent = "";

        try {
            await post("/api/v1/artworks", {
                title: this.#title.value.replaceAll(/\s+/g, " ").trim(),
                ...this.#part(),
            });
            [this.#title, ...this.#numbers].forEach((input) => {
                input.value = "";
            });
            this.#on.preview(null);
            this.#on.entered();
            this.element.open = false;
        } catch (error) {
            this.#problem.textContent = reason(error);
        }

        this.#enter.disabled = false;
    }
}

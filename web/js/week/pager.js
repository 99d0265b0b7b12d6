// The two buttons below a list that has pages.

import { make } from "../dom.js";

// newer(), older(): turn the page; null: there is none
// where: which one it is, where that is known
export function pager(newer, older, where = "") {
    return newer === null && older === null ? ""
        : make("p", { class: "pager" }, button("newer", "Newer", newer),
               make("span", { textContent: where }),
               button("older", "Older", older));
}

function button(key, textContent, turn) {
    const element = make("button", {
        type: "button", "data-key": key, textContent,
        disabled: turn === null,
    });

    if (turn !== null) {
        element.addEventListener("click", turn);
    }

    return element;
}

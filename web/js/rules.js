// The rules of a week (docs/sql.md, game_modes.rules): in plain words, and
// what they mean for a pixel.  A rule that this page does not know is left
// out; the server judges anyway.  Pure.

import { colorName } from "./colors.js";
import { counted } from "./words.js";

const HOUR = 3600000;

// Sentences by rule, in the order in which they are read.  of(value, rules,
// facts): a sentence, or null when the value means that there is no such rule.
const SENTENCES = [
    ["duration_hours", (hours) => hours === null ? null
        : `Pixels may be placed for ${duration(hours)}; then the canvas `
            + "stays as it is until the week is over."],
    ["max_pixels_per_user", (most, rules) => most === null ? null
        : `Everybody has ${counted(most, "pixel")} for ${span(rules)}.`],
    ["faction_required", (required, rules) => !required ? null
        : "You play for a faction: choose one before your first pixel. "
            + `There are ${list(rules.factions ?? [])}.`],
    ["colorLock", (locked, rules) => !locked ? null
        : rules.assignRandomColor
            ? "You are given one colour, and place only that one."
            : `The colour of your first pixel is yours for ${span(rules)}: `
                + "you place only that one."],
    ["decayHours", (hours, rules, { palette }) => hours === null ? null
        : `A pixel that nobody places again fades to ${rules.decayToColor
            === undefined ? "the background"
            : colorName(palette?.[rules.decayToColor])} after `
            + `${duration(hours)}.`],
    ["mask", () => "Pixels go only where the canvas is not shaded."],
    ["territory_scoring", (counts) => !counts ? null
        : "Connected areas of your own pixels count: large ones win."],
    ["voting_enabled", (enabled) => !enabled ? null
        : "Everybody votes for the best art of the week."],
    ["randomDaily", (daily, rules) => !daily ? null
        : `Every day ${rules.combineMechanics ? "two other mechanics are"
            : "another mechanic is"} drawn.`],
];

// rules: the object, or null; cooldown: s; palette: "#RRGGBB" each
export function inWords(rules, { cooldown = null, palette = null } = {}) {
    const said = SENTENCES
        .filter(([rule]) => Object.hasOwn(rules ?? {}, rule))
        .map(([rule, of]) => of(rules[rule], rules, { palette }))
        .filter((sentence) => sentence !== null);
    const first = cooldown === null ? []
        : [cooldown > 0 ? `One pixel every ${pause(cooldown)}.`
            : "As many pixels as you like, without a pause."];

    return [...first, ...said];
}

// the names of what was drawn for today; empty when nothing is drawn
export function mechanicsOf(rules) {
    const drawn = rules?.today?.mechanics;

    return Array.isArray(drawn)
        ? drawn.map((name) => String(name).replaceAll(/[-_]/g, " ")) : [];
}

// may a pixel be placed there at all
export function isOpen(rules, { x, y }) {
    return !Array.isArray(rules?.mask) || rules.mask.some((r) =>
        x >= r.x && y >= r.y && x < r.x + r.width && y < r.y + r.height);
}

// when placing ends, ms since 1970; Infinity: with the week
export function endOf(rules, startedAt) {
    const start = Date.parse(startedAt);

    return typeof rules?.duration_hours === "number" && !Number.isNaN(start)
        ? start + rules.duration_hours * HOUR : Infinity;
}

// what is counted is counted anew on each day that rules are drawn for
function span(rules) {
    return rules.today ? "today" : "the whole week";
}

function duration(hours) {
    const minutes = hours * 60;

    return hours >= 72 && hours % 24 === 0 ? counted(hours / 24, "day")
        : hours >= 1 ? counted(hours, "hour")
            : minutes >= 1 ? counted(Math.round(minutes), "minute")
                : counted(Math.ceil(minutes * 60), "second");
}

function pause(seconds) {
    return seconds === 1 ? "second"
        : seconds >= 120 && seconds % 60 === 0
            ? counted(seconds / 60, "minute") : counted(seconds, "second");
}

function list(names) {
    return names.length < 2 ? names.join("")
        : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

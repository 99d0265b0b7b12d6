// What the page says, in words.  Pure.

const SENTENCES = {
    RATE_LIMITED: "Not so fast: you may place again soon.",
    INVALID_COORDS: "That place is not on the canvas.",
    INVALID_COLOR: "That colour is not in the palette.",
    INVALID_MESSAGE: "The server did not understand this page. Please reload.",
    UNAUTHORIZED: "Your session has ended. A new one is on its way; "
        + "place again in a moment.",
    BANNED: "You have been banned from placing pixels. "
        + "You can still watch.",
    FORBIDDEN: "The server does not allow that from this page.",
    RULE_VIOLATION: "This week's rules do not allow that",
    TOO_LARGE: "That message was too large for the server.",
    UNAVAILABLE: "The server cannot take pixels right now. "
        + "Please try again in a moment.",
    UNREACHABLE: "The server cannot be reached.",
    INTERNAL: "Something went wrong on the server.",
};

// by the rule that does not allow it
const RULES = {
    max_pixels_per_user: "You have placed all the pixels that the rules "
        + "give you.",
    faction_required: "This week one plays for a faction: choose yours first.",
    colorLock: "The rules let you place one colour only.",
    mask: "The rules let nobody place there.",
    duration_hours: "Placing has ended; a new week begins soon.",
};

export const WORDS = {
    noCookies: "This browser keeps no cookies for this page: "
        + "you can watch, but not place.",
    joining: "One moment: you are just being let in.",
    notConnected: "Not connected: your pixel would be lost. "
        + "Please wait a moment.",
    newCanvas: "The canvas begins anew.",
    otherColor: "the rules let you place another colour only",
};

// error: {code, message?, cooldownRemaining?, rule?}
export function sentence({ code, message, cooldownRemaining, rule }) {
    if (code === "RATE_LIMITED" && cooldownRemaining > 0) {
        return `Not so fast: you may place again in `
            + `${clock(cooldownRemaining)}.`;
    }

    if (code === "RULE_VIOLATION") {
        return ruleSentence(rule);
    }

    return SENTENCES[code] ?? message ?? SENTENCES.INTERNAL;
}

// The server's own sentence where it says more than the code: of what is not
// a placement, but a comment, a vote, a work of art.
const TOLD = new Set(["CONFLICT", "FORBIDDEN", "INVALID_COORDS",
                      "INVALID_MESSAGE", "NOT_FOUND"]);

export function reason(error) {
    if (error.code === "RATE_LIMITED" && error.cooldownRemaining > 0) {
        return `Not so fast: again in ${clock(error.cooldownRemaining)}.`;
    }

    return TOLD.has(error.code) && error.message
        ? `${error.message.replace(/[.]$/, "")}.` : sentence(error);
}

// why a rule says no; one that this page does not know is named
function ruleSentence(rule) {
    if (Object.hasOwn(RULES, rule ?? "")) {
        return RULES[rule];
    }

    return `${SENTENCES.RULE_VIOLATION}`
        + `${rule ? `: ${rule.replaceAll("_", " ")}` : ""}.`;
}

// "1 pixel", "1,200 pixels"
export function counted(count, noun) {
    return `${count.toLocaleString("en")} ${count === 1 ? noun : `${noun}s`}`;
}

// 75 -> "1:15", 4.21 -> "4.3 s": rounded up, so that it never says too early
export function clock(seconds) {
    if (seconds < 10) {
        return `${(Math.ceil(seconds * 10) / 10).toFixed(1)} s`;
    }

    const whole = Math.ceil(seconds);

    return whole < 60 ? `${whole} s`
        : `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

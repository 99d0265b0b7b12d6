// What the rules of the week let this visitor do, as far as a page can know;
// the server judges.  Pure.

import { endOf, isOpen } from "./rules.js";

// only the server knows of these; what it said holds while the rules do
const REMEMBERED = new Set(["max_pixels_per_user", "duration_hours"]);

export class Play {
    faction = null;             // its name
    rules = null;
    end = Infinity;             // of placing, ms since 1970
    #color = null;              // the visitor's own, when colours are locked
    #refused = new Set();

    // startedAt: of the week, RFC 3339.  True: they are other ones.
    setRules(rules, startedAt) {
        const end = endOf(rules, startedAt);
        const changed = JSON.stringify(rules) !== JSON.stringify(this.rules);

        if (changed || end !== this.end) {
            this.#refused.clear();
        }

        this.rules = rules;
        this.end = end;

        return changed;
    }

    // as `welcome` and GET /api/v1/auth/me have it
    is({ faction = null, color = null }) {
        this.faction = faction;
        this.#color = color;
    }

    // Other rules were said: which colour they give this visitor is not known.
    // The faction stays, as long as nobody says anything else.
    others(rules) {
        if (JSON.stringify(rules) !== JSON.stringify(this.rules)) {
            this.#color = null;
        }
    }

    // the server took a pixel of that colour
    placed(color) {
        if (this.rules?.colorLock) {
            this.#color ??= color;
        }
    }

    // ... or did not take it, by that rule
    refused(rule) {
        if (REMEMBERED.has(rule)) {
            this.#refused.add(rule);
        }
    }

    // another page: nothing that was counted counts any more
    anew() {
        this.#refused.clear();
        this.is({});
    }

    // index of the one colour that may be placed; null: any
    get color() {
        return this.rules?.colorLock ? this.#color : null;
    }

    // the rules mean another thing for each visitor
    get personal() {
        return Boolean(this.rules?.colorLock || this.rules?.faction_required);
    }

    get factions() {
        return this.rules?.faction_required
            ? this.rules.factions ?? [] : [];
    }

    // the rule because of which no pixel can be placed at all, or null
    obstacle(now) {
        if (this.#refused.has("duration_hours") || now >= this.end) {
            return "duration_hours";
        }

        if (this.#refused.has("max_pixels_per_user")) {
            return "max_pixels_per_user";
        }

        return this.factions.length > 0 && this.faction === null
            ? "faction_required" : null;
    }

    // the rule because of which not this one: {x, y, color}; or null
    objection({ x, y, color }) {
        if (!isOpen(this.rules, { x, y })) {
            return "mask";
        }

        return this.color !== null && this.color !== color
            ? "colorLock" : null;
    }
}

// Placements that are painted before the server has answered, by id.  A
// refused one is taken back; an accepted one is kept until the mirror has
// reached its seq, so that the pixel does not flicker.  Pure.

export class Pending {
    #placements = new Map();

    // at: when it was sent, any clock in milliseconds
    add({ id, x, y, color, at }) {
        this.#placements.set(id, { id, x, y, color, at, seq: null });
    }

    // both return the placement, or undefined when the id is unknown
    accept(id, seq) {
        const placement = this.#placements.get(id);

        if (placement !== undefined) {
            placement.seq = seq;
        }

        return placement;
    }

    drop(id) {
        const placement = this.#placements.get(id);

        this.#placements.delete(id);

        return placement;
    }

    // forgets what the mirror shows by itself; returns those placements
    reach(seq) {
        const done = this.accepted().filter((p) => p.seq <= seq);

        done.forEach((p) => this.#placements.delete(p.id));

        return done;
    }

    // undefined: no placement there; else the colour of the last one
    colorAt(x, y) {
        let color;

        for (const p of this.#placements.values()) {
            if (p.x === x && p.y === y) {
                color = p.color;
            }
        }

        return color;
    }

    accepted() {
        return [...this.#placements.values()].filter((p) => p.seq !== null);
    }

    unanswered() {
        return [...this.#placements.values()].filter((p) => p.seq === null);
    }

    clear() {
        this.#placements.clear();
    }
}

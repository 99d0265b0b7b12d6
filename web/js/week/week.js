// Everything around the week that is not the canvas itself: joins bar and
// panel to the game.

import { About } from "./about.js";
import { Bar } from "./bar.js";
import { Panel } from "./panel.js";
import { Past } from "./past.js";

export class Week {
    #game;
    #bar;
    #about;
    #past = new Past();
    #panel;
    #began = null;              // startedAt of the week that is shown

    // palette(): "#RRGGBB" each; choose(): a faction
    constructor({ game, play, palette, choose }) {
        this.#game = game;
        this.#bar = new Bar(game);
        this.#about = new About({ game, play, palette, choose });
        this.#panel = new Panel([this.#about, this.#past]);
    }

    // something of the game has changed
    draw() {
        const began = this.#game.week?.startedAt ?? null;

        this.#bar.draw();
        this.#about.draw();

        if (began !== this.#began) {
            this.#began = began;
            this.#about.stale();
            this.#past.stale();
        }
    }

    // the next mode; as GET /api/game/upcoming
    announced(upcoming) {
        this.#about.announced(upcoming);
    }
}

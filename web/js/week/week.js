// Everything around the week that is not the canvas itself: joins bar and
// panel to the game, and tells the tabs what is new.

import { About } from "./about.js";
import { Bar } from "./bar.js";
import { Comments } from "./comments.js";
import { Objectives } from "./objectives.js";
import { Panel } from "./panel.js";
import { Past } from "./past.js";
import { Standings } from "./standings.js";
import { Votes } from "./votes.js";

export class Week {
    #game;
    #bar;
    #about;
    #standings;
    #objectives;
    #comments;
    #votes;
    #past = new Past();
    #panel;
    #me;
    #shown = null;              // which week, and to whom

    // palette(): "#RRGGBB" each; me(): one's UUID, or null
    // on: choose(): a faction; send(message): to the server; frame(parts),
    //   show(part), pick(): on the canvas
    constructor({ game, play, palette, me, on }) {
        this.#game = game;
        this.#me = me;
        this.#bar = new Bar(game);
        this.#about = new About({ game, play, palette, choose: on.choose });
        this.#standings = new Standings({ play, send: on.send, me });
        this.#objectives = new Objectives(me);
        this.#comments = new Comments(me);
        this.#votes = new Votes({ game, me, on: {
            ...on,
            show: (part) => {
                this.#panel.aside();
                on.show(part);
            },
        } });
        this.#panel = new Panel([
            this.#about, this.#standings, this.#objectives, this.#comments,
            this.#votes, this.#past,
        ]);
    }

    // something of the game has changed
    draw() {
        const began = this.#game.startedAt;
        const shown = `${began} ${this.#me()}`;

        this.#bar.draw();
        this.#about.draw();
        this.#panel.offer("votes",
                          Boolean(this.#game.rules?.voting_enabled));

        if (began !== null && shown !== this.#shown) {
            this.#shown = shown;
            [this.#about, this.#standings, this.#objectives, this.#comments,
             this.#votes, this.#past].forEach((part) => part.stale());
        }
    }

    // a line is open
    connected() {
        this.#standings.connected();
    }

    // messages

    upcoming(message) {
        this.#about.announced(message);
    }

    leaderboard(message) {
        this.#standings.told(message);
    }

    objective() {
        this.#objectives.stale();
    }
}

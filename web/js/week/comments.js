// "Comments" on the week: a form, and what was said, newest first.

import { get, post } from "../api.js";
import { make } from "../dom.js";
import { reason } from "../words.js";
import { pager } from "./pager.js";
import { Section } from "./section.js";

const PER_PAGE = 20;
const LENGTH = 500;             // characters
const WHEN = { weekday: "short", hour: "2-digit", minute: "2-digit" };

export class Comments {
    id = "comments";
    title = "Comments";
    elements;
    #me;
    #pages = [null];            // `before` of each page up to the shown one
    #text = make("textarea", {
        id: "comment", rows: 2, maxLength: LENGTH, required: true,
        placeholder: "What do you say to this week?",
    });

    #send = make("button", { type: "submit", textContent: "Send" });
    #problem = make("p", { class: "problem", role: "alert" });
    #section = new Section({
        load: () => get(this.#path()),
        draw: (data) => this.#draw(data),
        missing: "Comments cannot be shown at the moment.",
    });

    // me(): one's UUID, or null
    constructor(me) {
        const form = make("form", { class: "comment" },
            make("label", { for: "comment", class: "unseen",
                            textContent: "Your comment" }),
            this.#text, this.#send, this.#problem);

        form.addEventListener("submit", (event) => {
            event.preventDefault();
            this.#post();
        });

        // a comment is one line
        this.#text.addEventListener("keydown", (event) => {
            if (event.key === "Enter" && !event.isComposing) {
                event.preventDefault();
                form.requestSubmit();
            }
        });

        this.#me = me;
        this.elements = [form, this.#section.element];
    }

    show() {
        this.#section.show();
    }

    hide() {
        this.#section.hide();
    }

    // another week
    stale() {
        this.#pages = [null];
        this.#section.stale();
    }

    async #post() {
        const content = this.#text.value.replaceAll(/\s+/g, " ").trim();

        if (content === "") {
            return;
        }

        this.#send.disabled = true;
        this.#problem.textContent = "";

        try {
            await post("/api/v1/comments", { content });
            this.#text.value = "";
            this.stale();
        } catch (error) {
            this.#problem.textContent = error.status === 404
                ? "Comments cannot be made here." : reason(error);
        }

        this.#send.disabled = false;
    }

    #path() {
        const before = this.#pages.at(-1);

        return `/api/v1/comments?limit=${PER_PAGE}`
            + (before === null ? "" : `&before=${before}`);
    }

    #draw({ comments, next }) {
        return [
            comments.length === 0
                ? make("p", { class: "calm", textContent:
                    "Nobody has said anything yet." })
                : make("ul", { class: "comments" },
                       ...comments.map((c) => this.#comment(c))),
            pager(this.#pages.length > 1 ? () => this.#turn(
                this.#pages.slice(0, -1)) : null,
                  next !== null ? () => this.#turn(
                      [...this.#pages, next]) : null),
        ];
    }

    #turn(pages) {
        this.#pages = pages;
        this.#section.stale();
    }

    #comment({ content, username, userId, agentId, createdAt }) {
        const own = (userId ?? agentId) === this.#me();
        const at = new Date(createdAt);

        return make("li", { class: own ? "mine" : "" },
            make("p", { class: "by" },
                make("strong", { textContent: username ?? "somebody" }),
                own ? make("span", { class: "tag", textContent: "you" })
                    : null,
                make("time", { class: "quiet", dateTime: createdAt,
                               textContent: at.toLocaleString("en-GB",
                                                              WHEN) })),
            make("p", { textContent: content }));
    }
}

// "Past weeks": pictures of closed weeks, what is to be had of each, and who
// won, which is asked for when somebody wants to know.

import { get } from "../api.js";
import { link, make, webAddress } from "../dom.js";
import { counted, sentence } from "../words.js";
import { pager } from "./pager.js";
import { Section } from "./section.js";

const PER_PAGE = 6;

// of an archive; in this order
const FILES = [
    ["image_url", "Picture"], ["heatmap_url", "Heat map"],
    ["video_url", "Film"],
];

export class Past {
    id = "past";
    title = "Past weeks";
    elements;
    #page = 1;
    #section = new Section({
        load: () => get(`/api/archives?page=${this.#page}&limit=${PER_PAGE}`),
        draw: (data) => this.#draw(data),
        missing: "Past weeks cannot be shown at the moment.",
    });

    constructor() {
        this.elements = [this.#section.element];
    }

    show() {
        this.#section.show();
    }

    hide() {
        this.#section.hide();
    }

    stale() {
        this.#section.stale();
    }

    #draw({ archives, pagination: { page, totalPages } }) {
        return archives.length === 0
            ? [make("p", { class: "calm", textContent:
                "No week is over yet: this is the first one." })]
            : [make("ul", { class: "cards" }, ...archives.map(card)),
               pager(page > 1 ? () => this.#turn(page - 1) : null,
                     page < totalPages ? () => this.#turn(page + 1) : null,
                     `${page} of ${totalPages}`)];
    }

    #turn(to) {
        this.#page = to;
        this.#section.stale();
    }
}

function card(archive) {
    const { week_number: week, year, game_modes: mode } = archive;
    const name = `Week ${week}, ${year}`;
    const winners = make("div", { class: "winners", hidden: true });

    return make("li", { class: "card" },
        picture(archive, name),
        make("div", {},
            make("strong", { textContent: name }),
            make("p", { textContent: `${mode?.icon ?? ""} ${mode?.name ?? ""}`
                .trim() }),
            make("p", { class: "quiet", textContent: counts(archive) }),
            make("p", { class: "links" }, ...FILES.map(([member, text]) =>
                link(archive[member], text))
                .filter((a) => a !== null), winnersButton(archive, winners)),
            winners));
}

// The page shows pictures of its own server only; a store elsewhere has a
// copy that comes from here too.
function picture({ id, thumbnail_url: thumbnail, image_url: image }, name) {
    const url = webAddress(thumbnail ?? image);

    if (url === null) {
        return make("span", { class: "thumb" });
    }

    return make("img", {
        class: "thumb", loading: "lazy", alt: `The canvas of ${name}`,
        src: url.origin === location.origin ? url.href
            : `/api/archives/${id}/image.png`,
    });
}

function counts({ total_pixels_placed: pixels, unique_contributors: people }) {
    return `${counted(pixels, "pixel")}, ${counted(people, "contributor")}`;
}

function winnersButton({ id }, body) {
    const button = make("button", {
        type: "button", class: "as-link", "aria-expanded": "false",
        "data-key": `winners-${id}`, textContent: "Winners",
    });

    button.addEventListener("click", async () => {
        body.hidden = !body.hidden;
        button.setAttribute("aria-expanded", !body.hidden);

        if (!body.hidden && body.childElementCount === 0) {
            body.replaceChildren(await winners(id));
        }
    });

    return button;
}

async function winners(id) {
    try {
        const archive = await get(`/api/archives/${id}`);
        const rows = [
            ["User", archive.winner_username],
            ["Agent", archive.winner_agent_name],
            ["Faction", archive.winner_faction_id],
            ...(archive.stats?.top_contributors ?? []).slice(0, 3).map((t, i) =>
                [`Pixels, ${i + 1}.`, `${t.username ?? "somebody"} `
                    + `(${t.pixels_placed.toLocaleString("en")})`]),
        ].filter(([, who]) => who);

        return rows.length === 0
            ? make("p", { class: "calm", textContent: "Nobody won." })
            : make("dl", {}, ...rows.flatMap(([what, who]) => [
                make("dt", { textContent: what }),
                make("dd", { textContent: who }),
            ]));
    } catch (error) {
        return make("p", { class: "calm", textContent: sentence(error) });
    }
}

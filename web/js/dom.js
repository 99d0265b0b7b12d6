// Elements in one line.  Text is only ever set as text: what visitors wrote
// (names, comments, titles) cannot become markup here.

// properties: of the element; `class`, `aria-*`, `role` and `data-*` are set
// as attributes; children: elements or text, null is left out
export function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);

    for (const [name, value] of Object.entries(properties)) {
        if (/^(class|role|for|aria-.*|data-.*)$/.test(name)) {
            element.setAttribute(name, value);
        } else {
            element[name] = value;
        }
    }

    element.append(...children.filter((child) => child !== null));

    return element;
}

// The address of a link, or null: only of the web, whatever the data says.
export function webAddress(text) {
    if (typeof text !== "string" || !URL.canParse(text, location.href)) {
        return null;
    }

    const url = new URL(text, location.href);

    return /^https?:$/.test(url.protocol) ? url : null;
}

// a link that opens beside this page, or null
export function link(address, text) {
    const url = webAddress(address);

    return url && make("a", {
        href: url.href, target: "_blank", rel: "noopener", textContent: text,
    });
}

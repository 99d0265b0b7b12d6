// The messages of /ws, canvas.v1.bin and canvas.v1.json (docs/websocket.md).
// Pure: bytes and text in, plain objects out, and back.  Both forms of an
// update become {type: "updates", first, pixels}: `first` is the seq of the
// first change, `pixels` holds x, y, color, x, y, color ...

export const BINARY = "canvas.v1.bin";
export const SUBPROTOCOLS = [BINARY, "canvas.v1.json"];

const UPDATES = 0x01;
const PLACE = 0x10;
const PLACED = 0x11;
const ERROR = 0x1f;

const UPDATES_HEAD = 9;
const RECORD = 5;

// the code byte of a binary error
const CODES = [
    "INTERNAL", "RATE_LIMITED", "INVALID_COORDS", "INVALID_COLOR",
    "UNAUTHORIZED", "BANNED", "RULE_VIOLATION", "UNAVAILABLE",
    "INVALID_MESSAGE",
];

// null: nothing this page understands; to be ignored
export function decode(data) {
    return typeof data === "string"
        ? decodeText(data)
        : decodeBinary(new DataView(data));
}

// id: 1 to 2^32 - 1
export function encodePlace(binary, { id, x, y, color }) {
    if (!binary) {
        return JSON.stringify({ type: "place", x, y, color, id });
    }

    const view = new DataView(new ArrayBuffer(10));

    view.setUint8(0, PLACE);
    view.setUint32(1, id);
    view.setUint16(5, x);
    view.setUint16(7, y);
    view.setUint8(9, color);

    return view.buffer;
}

function decodeText(text) {
    let message;

    try {
        message = JSON.parse(text);
    } catch {
        return null;
    }

    if (typeof message?.type !== "string") {
        return null;
    }

    if (message.type === "update") {
        const { x, y, color, seq } = message;

        return [x, y, color, seq].every(Number.isSafeInteger)
            ? { type: "updates", first: seq, pixels: [x, y, color] }
            : null;
    }

    return message;
}

function decodeBinary(view) {
    const length = view.byteLength;

    switch (length > 0 ? view.getUint8(0) : 0) {
    case UPDATES:
        return length >= UPDATES_HEAD && (length - UPDATES_HEAD) % RECORD === 0
            ? decodeUpdates(view, (length - UPDATES_HEAD) / RECORD)
            : null;

    case PLACED:
        return length === 17
            ? {
                type: "placed",
                id: view.getUint32(1),
                seq: readSeq(view, 5),
                cooldown: view.getUint32(13) / 1000,
            }
            : null;

    case ERROR:
        return length === 10
            ? {
                type: "error",
                id: view.getUint32(1),
                code: CODES[view.getUint8(5)] ?? CODES[0],
                cooldownRemaining: view.getUint32(6) / 1000,
            }
            : null;

    default:
        return null;
    }
}

function decodeUpdates(view, count) {
    const pixels = new Uint16Array(3 * count);
    const first = readSeq(view, 1) - count + 1;

    if (!Number.isSafeInteger(first)) {
        return null;
    }

    for (let i = 0; i < count; i++) {
        const at = UPDATES_HEAD + i * RECORD;

        pixels[3 * i] = view.getUint16(at);
        pixels[3 * i + 1] = view.getUint16(at + 2);
        pixels[3 * i + 2] = view.getUint8(at + 4);
    }

    return { type: "updates", first, pixels };
}

// a seq is below 2^53; NaN if it is not
function readSeq(view, at) {
    const seq = view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);

    return Number.isSafeInteger(seq) ? seq : NaN;
}

// The HTTP side: who am I, the whole canvas, and what is JSON.  Every failure
// is an ApiError with a code of the contract.

export class ApiError extends Error {
    // retryAfter: seconds, 0 when the server named none; cooldownRemaining:
    // the same more exactly, of RATE_LIMITED
    constructor(code, message, status = 0, retryAfter = 0,
                cooldownRemaining = retryAfter)
    {
        super(message);
        Object.assign(this, { code, status, retryAfter, cooldownRemaining });
    }
}

// The visitor's session, or a new guest's: {userId, username, ...}.  known:
// there was a session in this browser; without one the question is spared.
export async function identify(known) {
    if (known) {
        try {
            return await json(await request("/api/v1/auth/me"));
        } catch (error) {
            if (error.status !== 401) {
                throw error;
            }
        }
    }

    return json(await request("/api/v1/auth/guest", { method: "POST" }));
}

// what Mirror takes
export async function fetchCanvas() {
    return picture("/api/v1/canvas");
}

// a rectangle of it: {x, y, width, height}
export async function fetchPart(part) {
    return picture(`/api/v1/canvas?${new URLSearchParams(part)}`);
}

async function picture(path) {
    const response = await request(path, { cache: "no-cache" });
    const number = (name) => {
        const value = Number(response.headers.get(name) ?? NaN);

        if (!Number.isSafeInteger(value)) {
            throw new ApiError("INTERNAL", `the canvas came without ${name}`);
        }

        return value;
    };

    return {
        width: number("X-Canvas-Width"),
        height: number("X-Canvas-Height"),
        seq: number("X-Canvas-Seq"),
        epoch: number("X-Canvas-Epoch"),
        pixels: new Uint8Array(await response.arrayBuffer()),
    };
}

export async function fetchInfo() {
    return get("/api/v1/canvas/info");
}

// Always asks: who calls this says how often.
export async function get(path) {
    return json(await request(path, { cache: "no-cache" }));
}

export async function post(path, body) {
    return json(await request(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
    }));
}

async function request(path, options = {}) {
    let response;

    try {
        response = await fetch(path, {
            credentials: "same-origin",
            signal: AbortSignal.timeout(15000),
            ...options,
        });
    } catch {
        throw new ApiError("UNREACHABLE", "the server cannot be reached");
    }

    if (!response.ok) {
        throw await refusal(response);
    }

    return response;
}

// a proxy or a full disk may answer with something that is not our JSON
async function refusal(response) {
    const body = await response.json().catch(() => ({}));
    const code = response.status === 429 ? "RATE_LIMITED"
        : response.status >= 500 ? "UNAVAILABLE" : "INTERNAL";

    return new ApiError(body.code ?? code, body.error ?? response.statusText,
                        response.status,
                        Number(response.headers.get("Retry-After")) || 0,
                        body.cooldownRemaining);
}

async function json(response) {
    try {
        return await response.json();
    } catch {
        throw new ApiError("INTERNAL", "the server's answer is not JSON");
    }
}

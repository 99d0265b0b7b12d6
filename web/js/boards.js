// Entries of a leaderboard, as GET /api/leaderboard and the WebSocket have
// them.  Pure.

// what tells one from another: a UUID, or the name of a faction
export function idOf({ userId, agentId, faction }) {
    return userId ?? agentId ?? faction ?? null;
}

// null: not known yet
export function nameOf({ username, name, faction }) {
    return username ?? name ?? faction ?? null;
}

// The list with its new beginning.  Whoever fell out of that stays where the
// list had them, until it is asked for again.
export function merge(entries, best) {
    const moved = new Set(best.map(idOf));

    return [...best, ...entries.slice(best.length).filter((entry) =>
        !moved.has(idOf(entry)))];
}

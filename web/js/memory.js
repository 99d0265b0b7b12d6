// What this browser remembers between visits.  Storage may be forbidden;
// then nothing is remembered, and nothing breaks.

export function remember(key, value) {
    try {
        localStorage.setItem(`canvas.${key}`, value);
    } catch { /* as said */ }
}

// null: nothing
export function remembered(key) {
    try {
        return localStorage.getItem(`canvas.${key}`);
    } catch {
        return null;
    }
}

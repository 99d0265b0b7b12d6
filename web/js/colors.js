// What people call the colours of the default palette.  Pure.

const NAMES = new Map([
    ["#FF4500", "orange red"], ["#FFA800", "orange"], ["#FFD635", "yellow"],
    ["#00A368", "dark green"], ["#7EED56", "light green"],
    ["#2450A4", "dark blue"], ["#3690EA", "blue"], ["#51E9F4", "light blue"],
    ["#811E9F", "dark purple"], ["#B44AC0", "purple"],
    ["#FF99AA", "light pink"], ["#9C6926", "brown"], ["#000000", "black"],
    ["#898D90", "grey"], ["#D4D7D9", "light grey"], ["#FFFFFF", "white"],
]);

// color: "#RRGGBB"; one without a name is called by its number
export function colorName(color) {
    return NAMES.get(color?.toUpperCase()) ?? color ?? "another colour";
}

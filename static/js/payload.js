// Tracks which parts of a payload the reader has opened. The decision bar says so while some are
// unopened.

/** Checks again after something in the payload was clicked or loaded. */
export function look(target) {
  const pressed = target?.closest(".payload summary, .whole, .payload-search a, .payload .wire-meta a");
  if (pressed) (pressed.closest("details") ?? pressed).dataset.opened = "";
  setTimeout(() => { // after the click has taken effect
    const note = document.getElementById("unopened");
    if (note) note.hidden = whole() || !document.querySelector(LEFT);
  });
}

// Selects what the reader has not seen: branches with a cut excerpt, members that are not on the
// page, values that are cut, and text that is capped.
const LEFT = ".tree details:not([open], [data-opened]) > summary > .peek.cut, .tree a.rest, .tree .whole:not([open], [data-opened]),"
  + " .raw.only :is(.show-all:not([open], [data-opened]), .wire-meta a:not([data-opened]))";

// The whole text of the payload was shown or downloaded.
function whole() {
  const raw = document.querySelector("#payload .as-raw");
  const cut = document.querySelector("#payload .raw :is(.wire-meta, .show-all:not([open]))");
  if (raw?.checked && !cut) document.getElementById("payload").dataset.opened = "";
  return Boolean(document.querySelector("#payload[data-opened], #payload .payload-search [data-opened], #payload .wire-meta [data-opened]"));
}

document.addEventListener("htmx:after:swap", () => look());

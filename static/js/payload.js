// Knows which parts of a payload the reader has opened. The decision bar says so while any is left.

/** Looks again after something in the payload was pressed or has arrived. */
export function look(target) {
  const pressed = target?.closest(".tree summary, .whole, .payload-search a, .payload .wire-meta a");
  if (pressed) (pressed.closest("details") ?? pressed).dataset.opened = "";
  setTimeout(() => { // after the press has done its work
    const note = document.getElementById("unopened");
    if (note) note.hidden = whole() || !document.querySelector(LEFT);
  });
}

// Branches whose glance is cut, members that are not here, and values that are.
const LEFT = ".tree details:not([open], [data-opened]) > summary > .peek.cut, .tree a.rest, .tree a.whole:not([data-opened])";

// All of the payload's own text was shown, or taken away as a file.
function whole() {
  const raw = document.querySelector("#payload .as-raw");
  const cut = document.querySelector("#payload .raw .wire-meta");
  if (raw?.checked && !cut) document.getElementById("payload").dataset.opened = "";
  return Boolean(document.querySelector("#payload[data-opened], #payload .payload-search [data-opened], #payload .wire-meta [data-opened]"));
}

document.addEventListener("htmx:after:swap", () => look());

// The start of every page. What few readers need at first is sent for when they do.

import "./time.js";
import { press } from "./keys.js";
import { fetchPage } from "./live.js";

const wide = matchMedia("(min-width: 901px)");

/** Review leases and the decision bar come with an open callback. */
function loadReview() {
  if (document.querySelector("review-lease, decision-bar")) import("./review.js");
}
loadReview();

// Who has just decided is told first what came of it.
const item = document.getElementById("item");
if (item && sessionStorage.getItem("decided") === item.dataset.callback && item.dataset.state !== "pending") {
  sessionStorage.removeItem("decided");
  item.querySelector("h1")?.focus();
}

// A row opens beside its list where there is room for both. Elsewhere, and with a modifier key, it is a plain link.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-pane]");
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !plain || !wide.matches || !document.getElementById("pane")) return;
  event.preventDefault();
  openInPane(link);
});

async function openInPane(link) {
  const url = link.dataset.pane;
  let page;
  try {
    page = await fetchPage(url);
  } catch {
    location.assign(link.href);
    return;
  }
  document.getElementById("pane").replaceWith(document.adoptNode(page.getElementById("pane")));
  for (const row of document.querySelectorAll("a.row")) {
    row.setAttribute("aria-current", String(row.dataset.pane === url));
  }
  history.pushState(null, "", url);
  document.title = page.title;
  loadReview();
}
addEventListener("popstate", () => location.reload());

// An address holds what was asked for, not every field that was left empty.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const values = ctx.request.body;
  if (ctx.request.method !== "GET" || !(values instanceof FormData)) return;
  for (const [name, value] of [...values]) if (value === "") values.delete(name);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-copy-value], [data-copy-link]");
  if (button) import("./copy.js").then((module) => module.copy(button));
});

// Keys act at once: a key that moves the focus decides where its own letter goes.
document.addEventListener("keydown", press);

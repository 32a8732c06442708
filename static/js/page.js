// Scripts of every page: storage, the theme, copy buttons, and the server's time with everything
// that counts down. This machine's clock may be wrong, so only its pace is used.

const root = document.documentElement;

// Values that the browser stores if it allows that. If storage is denied, they last as long as this
// page.
function storage(name) {
  try {
    const kept = window[name];
    kept.getItem("");
    return { lasts: true, getItem: (k) => kept.getItem(k), setItem: (k, v) => kept.setItem(k, v), removeItem: (k) => kept.removeItem(k) };
  } catch {
    const values = new Map();
    return { lasts: false, getItem: (k) => values.get(k) ?? null, setItem: (k, v) => values.set(k, v), removeItem: (k) => values.delete(k) };
  }
}

/** The storages of the browser and of this tab. They throw only if there is no room. */
export const local = storage("localStorage"), session = storage("sessionStorage");

const TOGETHER = 3_000; // an announcement within this time of the last one is appended to it instead of replacing it
const MOST_LINES = 5;
let saidAt = -TOGETHER;

/** Announces a text to screen readers. */
export function announce(text) {
  const region = document.getElementById("announce");
  if (!region) return;
  const line = document.createElement("p"), at = performance.now();
  line.textContent = text;
  if (at - saidAt < TOGETHER) region.append(line);
  else region.replaceChildren(line);
  saidAt = at;
  if (region.childElementCount > MOST_LINES) region.firstElementChild.remove();
}

// The server writes both into later pages, so that no script has to run before a page is painted.
// The sign-in page comes first, so the zone is known before any time is shown.
function tell(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) tell("zone", zone);

document.addEventListener("click", ({ target }) => {
  const copying = target.closest("[data-copy], [data-copy-value], [data-copy-link], [data-copy-from]");
  if (copying) import("./copy.js").then(async ({ copy }) => (await copy(copying)) && announce("Copied"));
  if (!target.closest("[data-theme-toggle]")) return;
  const shown = root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.dataset.theme = shown === "dark" ? "light" : "dark";
  tell("theme", root.dataset.theme);
});

let offset = 0, made = 0;

/** The server's time in milliseconds. */
export const now = () => Date.now() + offset;

/** The time at which the server rendered this page, in milliseconds. */
export const madeAt = () => made;

/** Learns the server's time from a page that was rendered at that time and arrived at `at`. */
export function setTime(page, at = Date.now()) {
  made = Number(page.querySelector('meta[name="server-time"]')?.content) || made;
  if (made) offset = made - at;
}

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

/** A remaining time as pairs of number and unit: 41:08, 5h 12m, 2d 4h. The server's pages print the same. */
export function parts(ms) {
  ms = Math.max(ms, 0);
  const whole = (unit) => Math.floor(ms / unit);
  if (ms < HOUR) return [[`${whole(MINUTE)}:${String(Math.floor((ms % MINUTE) / 1000)).padStart(2, "0")}`, ""]];
  if (ms < DAY) return [[whole(HOUR), "h"], [Math.floor((ms % HOUR) / MINUTE), "m"]];
  return [[whole(DAY), "d"], [Math.floor((ms % DAY) / HOUR), "h"]];
}

// When a time changes colour or runs out, the page reads itself again.
const EDGES = [HOUR, 15 * MINUTE, 0];

/** <count-down until="ms"> shows how long it is until then. */
class CountDown extends HTMLElement {
  static observedAttributes = ["until"];
  static all = new Set();

  connectedCallback() {
    CountDown.all.add(this);
    this.tick();
  }

  disconnectedCallback() {
    CountDown.all.delete(this);
  }

  attributeChangedCallback() {
    this.left = undefined;
    if (this.isConnected) this.tick();
  }

  tick() {
    const until = Number(this.getAttribute("until"));
    if (!until) return;
    const before = this.left;
    this.left = until - now();
    if (before !== undefined && EDGES.some((edge) => before > edge && this.left <= edge)) {
      document.dispatchEvent(new Event("time:edge"));
    }
    const shown = parts(this.left).map((pair) => pair.join("")).join(" ");
    if (this.textContent === shown) return;
    this.replaceChildren(...parts(this.left).flatMap(([number, unit], i) => {
      if (!unit) return [String(number)];
      const small = document.createElement("small");
      small.textContent = unit;
      return [i ? ` ${number}` : String(number), small];
    }));
  }
}

/** Bars are drawings that carry the time span they show. */
function drawBars() {
  for (const bar of document.querySelectorAll("svg[data-until]")) {
    const { from, until } = bar.dataset;
    const share = Math.min(Math.max(((until - now()) / (until - from)) * 100, 0), 100);
    const width = String(Math.floor(share));
    const rect = bar.firstElementChild;
    if (until && rect.getAttribute("width") !== width) rect.setAttribute("width", width);
  }
}

function tick() {
  for (const element of CountDown.all) element.tick();
  drawBars();
  document.dispatchEvent(new Event("time:tick"));
  setTimeout(tick, 1000 - (now() % 1000));
}

const arrival = performance.getEntriesByType("navigation")[0]?.responseStart;
setTime(document, arrival ? performance.timeOrigin + arrival : Date.now());
customElements.define("count-down", CountDown);
tick();

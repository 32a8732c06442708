// A choice from many, searched by typing (the combobox pattern of ARIA). The select stays, hidden, and is what is posted.

const MOST = 50; // options shown at once

let count = 0;

/** Makes a select one that is searched. */
export function search(select) {
  const box = document.createElement("div"), input = document.createElement("input"), pop = document.createElement("div");
  const list = document.createElement("ul"), foot = document.createElement("p");
  let active = -1; // the marked option, by its place in the list
  box.className = `combo ${select.classList.contains("changed") ? "changed" : ""}`;
  pop.className = "pop";
  pop.hidden = true;
  foot.className = "foot";
  list.id = `options-${++count}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-labelledby", `${select.id}-l`);
  for (const name of ["id", "aria-describedby", "aria-invalid", "aria-required"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  select.removeAttribute("id");
  const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off", spellcheck: "false", dir: "auto" };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  input.className = "inp";
  pop.append(list, foot);
  select.replaceWith(box);
  box.append(select, input, pop);

  const title = () => select.selectedOptions[0]?.textContent.trim() ?? "";
  const matches = (text) => [...select.options].filter((option) => option.textContent.toLowerCase().includes(text.trim().toLowerCase()));
  const open = () => !pop.hidden;

  function show(text) {
    const found = matches(text);
    list.replaceChildren(...found.slice(0, MOST).map((option, i) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${i}`;
      item.setAttribute("role", "option");
      item.dataset.index = option.index;
      item.textContent = option.textContent.trim();
      return item;
    }));
    foot.textContent = `${found.length} of ${select.options.length}${found.length > MOST ? `, the first ${MOST} are shown` : ""}`;
    pop.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(Math.max(found.indexOf(select.selectedOptions[0]), 0));
  }

  function mark(place) {
    active = Math.min(Math.max(place, 0), list.childElementCount - 1);
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === active)));
    list.children[active]?.scrollIntoView({ block: "nearest" });
    if (list.children[active]) input.setAttribute("aria-activedescendant", list.children[active].id);
    else input.removeAttribute("aria-activedescendant");
  }

  function close() {
    pop.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    input.value = title();
  }

  function take(item) {
    const before = select.selectedIndex;
    if (item) select.selectedIndex = Number(item.dataset.index);
    close();
    if (select.selectedIndex !== before) select.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  input.addEventListener("input", () => show(input.value));
  input.addEventListener("click", () => open() || show(""));
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => {
    const exact = matches(input.value).filter((option) => option.textContent.trim().toLowerCase() === input.value.trim().toLowerCase());
    take(open() && exact.length === 1 ? { dataset: { index: exact[0].index } } : undefined);
  });
  input.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in steps) {
      event.preventDefault();
      if (open()) mark(active + steps[event.key]);
      else show("");
    } else if (event.key === "Enter" && open()) {
      event.preventDefault();
      take(list.children[active]);
    } else if (event.key === "Escape" && open()) {
      event.stopPropagation(); // it takes back only what was typed here
      close();
    }
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault(); // the input keeps the focus
    take(event.target.closest("[role=option]"));
  });
  input.value = title();
}

// Copies the text beside a button.

/** Copies the text that the button names, and shows on the button that it did. Returns whether the browser allowed it. */
export async function copy(button) {
  try {
    await navigator.clipboard.writeText(await textOf(button));
  } catch {
    return false; // the reader can still select the text
  }
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), 1500);
  return true;
}

async function textOf(button) {
  if ("copyFrom" in button.dataset) return bare(await whole(button.dataset.copyFrom), button);
  if ("copyLink" in button.dataset) return location.origin + button.dataset.copyLink;
  if ("copyValue" in button.dataset) return bare(sent(button.parentElement.querySelector(".v")), button);
  const source = document.getElementById(button.dataset.copy);
  return source.value ?? sent(source);
}

// The text of an element as it was sent: escapes become the characters themselves again.
function sent(element) {
  const copy = element.cloneNode(true);
  for (const escape of copy.querySelectorAll(".esc")) {
    escape.replaceWith(escape.textContent.replace(/⟨[^⟩]*⟩/g, (mark) => {
      const [, code] = mark.match(/U\+([0-9A-F]+)/) ?? [];
      return code ? String.fromCodePoint(parseInt(code, 16)) : "\uFFFD"; // a byte that is not valid text
    }));
  }
  return copy.textContent;
}

// Text that is too large for the page, complete to the last byte.
async function whole(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await response.arrayBuffer());
}

// A JSON string in a tree is copied as its text; any other value as it is spelled.
function bare(json, button) {
  return button.closest(".tree") && json.startsWith('"') ? JSON.parse(json) : json;
}

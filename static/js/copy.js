// Copies what a button stands beside.

/** Copies what the button names, and shows that on it. Reports whether the browser let it. */
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

// The text of an element as it was sent: the characters themselves in place of their escapes.
function sent(element) {
  const copy = element.cloneNode(true);
  for (const escape of copy.querySelectorAll(".esc")) {
    escape.replaceWith(escape.textContent.replace(/⟨[^⟩]*⟩/g, (mark) => {
      const [, code] = mark.match(/U\+([0-9A-F]+)/) ?? [];
      return code ? String.fromCodePoint(parseInt(code, 16)) : "\uFFFD"; // a byte that is no text
    }));
  }
  return copy.textContent;
}

// What is too large for the page, to the last byte.
async function whole(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await response.arrayBuffer());
}

// A value of a tree is copied as its text where it is a JSON string, everything else as it stands.
function bare(json, button) {
  return button.closest(".tree") && json.startsWith('"') ? JSON.parse(json) : json;
}

// The field in which an answer is written as JSON: as high as its text, with the numbers of its lines.

const MOST_LINES = 40;

/** Makes a field follow its text. The lines that are wrong keep their mark until the server has read the new text. */
export function edit(field) {
  const gutter = field.previousElementSibling;
  const follow = () => {
    const lines = field.value.split("\n").length;
    field.rows = Math.min(Math.max(lines, 6), MOST_LINES);
    while (gutter.childElementCount < lines) gutter.append(document.createElement("li"));
    while (gutter.childElementCount > lines) gutter.lastElementChild.remove();
    gutter.scrollTop = field.scrollTop;
  };
  field.addEventListener("input", follow);
  field.addEventListener("scroll", follow);
  follow();
}

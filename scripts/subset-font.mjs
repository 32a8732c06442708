// Makes static/inter.woff2 of Inter: the letters of European languages, weights 400 to 650, kerning
// and figures of one width, at the optical size of our text. Other letters come from the system.
import { readFileSync, writeFileSync, copyFileSync } from "node:fs";
import subsetFont from "subset-font";

const inter = new URL("../node_modules/inter-ui/", import.meta.url);
const served = new URL("../static/", import.meta.url);

const range = (first, last) => String.fromCodePoint(...Array.from({ length: last - first + 1 }, (_, i) => first + i));
const letters = range(0x20, 0x7e) + range(0xa0, 0x17f) + "ȘșȚț";
const signs = "‐‑–—‘’‚“”„†•…‰‹›€™←↑→↓↵−×÷≤≥≠";

const font = await subsetFont(readFileSync(new URL("variable/InterVariable.woff2", inter)), letters + signs, {
  targetFormat: "woff2",
  variationAxes: { wght: { min: 400, max: 650 }, opsz: 14 },
  keepFeatures: ["kern", "tnum"],
  noHinting: true,
});
writeFileSync(new URL("inter.woff2", served), font);
copyFileSync(new URL("LICENSE.txt", inter), new URL("inter.LICENSE.txt", served));

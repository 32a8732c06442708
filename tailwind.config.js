// The tokens of assets/tokens.css under Tailwind's names. Values live there only: light-dark()
// holds both themes, so no class needs a dark: variant.
const shades = (name, ...parts) =>
  Object.fromEntries([["DEFAULT", `var(--${name})`], ...parts.map((p) => [p, `var(--${name}-${p})`])]);

module.exports = {
  content: ["./views/**/*.templ"],
  darkMode: ["selector", '[data-theme="dark"]'],
  theme: {
    extend: {
      colors: {
        canvas: "var(--canvas)",
        surface: shades("surface", 2, 3),
        hover: "var(--hover)",
        line: shades("line", "strong", "input"),
        ink: shades("ink", 2, 3),
        solid: "var(--solid)",
        accent: shades("accent", "ink", "soft", "line"),
        soon: shades("soon", "bar", "soft", "line"),
        risk: shades("risk", "bar", "soft", "line"),
        over: shades("over", "bar", "soft", "line"),
        approved: shades("approved", "solid", "soft", "line"),
        rejected: shades("rejected", "soft", "line"),
        timedout: shades("timedout", "soft", "line"),
        delivered: shades("delivered", "soft", "line"),
        problem: shades("problem", "soft", "line"),
      },
      fontFamily: { sans: ["var(--sans)"], mono: ["var(--mono)"] },
      borderRadius: { s: "var(--r-s)", m: "var(--r-m)", l: "var(--r-l)" },
    },
  },
};

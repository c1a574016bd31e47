// The house rules of static/css: docs/styleguide.md, 28.
const COLOUR_FUNCTIONS = ["rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "color", "light-dark"];

export default {
  extends: "stylelint-config-recommended",
  plugins: ["./workshop/stylelint-groups.mjs"],
  reportNeedlessDisables: true,
  rules: {
    "color-named": "never",
    "color-no-hex": true,
    "function-disallowed-list": COLOUR_FUNCTIONS,
    "portal/one-group-a-line": true,
    // The files are ordered by component, not by specificity; the layers decide between files.
    "no-descending-specificity": null,
  },
  overrides: [
    {
      files: ["static/css/tokens.css"], // the only place of colours
      rules: { "color-no-hex": null, "function-disallowed-list": null },
    },
  ],
};

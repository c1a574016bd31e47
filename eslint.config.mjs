// static/js runs in the browser as it is; workshop/ is what stylelint loads.
import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    rules: {
      "max-len": ["error", { code: 120, ignoreRegExpLiterals: true }],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  { files: ["static/js/*.js"], languageOptions: { sourceType: "script", globals: globals.browser } },
  { files: ["**/*.mjs"], languageOptions: { globals: globals.node } },
];

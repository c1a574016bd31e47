// Rules of stylelint for the layout of static/css: docs/styleguide.md, 28.
// A line holds declarations of one group, or a whole rule of at most two; no line is longer than 120 columns.
import stylelint from "stylelint";

const GROUPS = {
  token: /^--/,
  place: /^(content|position|inset|z-index|order|float|translate|rotate|clip-path)/,
  layout: /^(display|flex|grid|gap|align|justify|place|list-style|overflow(?!-wrap)|vertical-align|appearance|box-sizing|counter|table-layout|border-collapse)/,
  size: /^(inline-size|block-size|min-|max-|margin|padding|scroll-padding)/,
  text: /^(font|line-height|letter-spacing|text|white-space|overflow-wrap|-webkit-text)/,
  look: /^(color|accent-color|background|border|box-shadow|outline|opacity|visibility|fill|stroke)/,
  motion: /^(animation|transition|cursor|pointer-events)/,
};
const COLUMNS = 120;
const NAME = "portal/one-group-a-line";
const messages = stylelint.utils.ruleMessages(NAME, {
  mixed: (one, other) => `"${one}" and "${other}" are of different groups: a line each`,
  long: (columns) => `${columns} columns, ${COLUMNS} are the most`,
});

const groupOf = (property) => Object.keys(GROUPS).find((name) => GROUPS[name].test(property)) ?? property;

const checkRule = (rule, result) => {
  const declarations = rule.nodes.filter((node) => node.type === "decl");
  const isWhole = declarations.length <= 2 && rule.source.start.line === rule.source.end.line;
  if (isWhole) return;
  for (const [index, node] of declarations.slice(1).entries()) {
    const before = declarations[index];
    const isBeside = before.source.end.line === node.source.start.line;
    if (isBeside && groupOf(before.prop) !== groupOf(node.prop)) {
      const message = messages.mixed(before.prop, node.prop);
      stylelint.utils.report({ ruleName: NAME, result, node, message });
    }
  }
};

const ruleFunction = (isOn) => (root, result) => {
  if (!isOn) return;
  root.walkRules((rule) => checkRule(rule, result));
  for (const [index, line] of root.source.input.css.split("\n").entries()) {
    if (line.length <= COLUMNS) continue;
    const start = { line: index + 1, column: COLUMNS };
    const message = messages.long(line.length);
    stylelint.utils.report({ ruleName: NAME, result, node: root, message, start, end: start });
  }
};
Object.assign(ruleFunction, { ruleName: NAME, messages, meta: { url: "docs/styleguide.md" } });

export default stylelint.createPlugin(NAME, ruleFunction);

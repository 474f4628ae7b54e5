// WCAG 2.2, 1.4.3 and 1.4.11: text has 4.5:1 to its ground, edges of controls and lines of plots 3:1, in both themes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const style = readFileSync("src/style.css", "utf8");

function theme(selector: string): Record<string, string> {
  const block = style.slice(style.indexOf(selector + " {")).match(/\{([^}]*)\}/)?.[1] ?? "";
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name, colour]));
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const kTexts = ["ink", "quiet", "accent", "danger", "fine", "second"];
const kGrounds = ["ground", "raised", "hover"];
const kPairs: [string, string, number][] = [
  ...kTexts.flatMap((text) => kGrounds.map((ground): [string, string, number] => [text, ground, 4.5])),
  ["accent-ink", "accent", 4.5],
  ["danger", "danger-ground", 4.5],
  ["ink", "danger-ground", 4.5],
  ["ground", "ink", 4.5],
  ["edge", "ground", 3],
  ["edge", "raised", 3],
  ["first", "ground", 3],
  ["second", "ground", 3],
];

for (const [name, selector] of [["light", ":root"], ["dark", ':root[data-theme="dark"]']] as const) {
  test(`the ${name} theme can be read`, () => {
    const colours = theme(selector);
    for (const [text, ground, least] of kPairs) {
      const reached = contrast(colours[text] ?? "", colours[ground] ?? "");
      assert.ok(reached >= least, `--${text} on --${ground}: ${reached.toFixed(2)}, at least ${least}`);
    }
  });
}

test("the system's dark is the chosen dark", () => {
  assert.deepEqual(theme(':root:not([data-theme="light"])'), theme(':root[data-theme="dark"]'));
});

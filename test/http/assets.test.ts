import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../../src/http/assets/page.css", import.meta.url), "utf8");

/** The colours of both themes by name; dark ones stand over light ones. */
const [light = {}, dark = {}] = [...css.matchAll(/:root \{([^}]+)\}/g)].map(([, body = ""]) =>
  Object.fromEntries(
    [...body.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex ?? ""]),
  ),
);

/** Relative luminance (WCAG 2.2) of "#rrggbb". */
const luminance = (hex: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

const contrast = (a: string, b: string): number => {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

const verdicts = ["segmented", "no-pancreas-found", "not-segmented", "working", "waiting", "needs-a-person"];

for (const [theme, colours] of Object.entries({ light, dark: { ...light, ...dark } }))
  test(`every text has a contrast of 4.5 or more on its ground (${theme})`, () => {
    const grounds = ["ground", "surface"];
    const pairs = [
      ...["text", "quiet", "link", ...verdicts].flatMap((text) =>
        grounds.map((ground) => [text, ground] as const),
      ),
      ["notice-text", "notice-ground"] as const,
    ];
    for (const [text, ground] of pairs) {
      const ratio = contrast(colours[text] ?? "", colours[ground] ?? "");
      assert.ok(ratio >= 4.5, `${text} on ${ground}: ${ratio.toFixed(2)}`);
    }
  });

test("a verdict is told by its word and its sign, not by its colour alone", () => {
  const signs = verdicts.map(
    (verdict) => new RegExp(`\\.${verdict} \\{[^}]*--shape: ("[^"]+")`).exec(css)?.[1],
  );
  assert.ok(signs.every((sign) => sign !== undefined));
  assert.equal(new Set(signs).size, verdicts.length);
});

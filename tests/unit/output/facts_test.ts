// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { cellWidth } from "../../../src/output/cells.ts";
import { renderFacts } from "../../../src/output/facts.ts";
import { makePaint } from "../../../src/output/paint.ts";

const options = { paint: makePaint(false), width: 30, labelCells: 8 };

Deno.test("renderFacts() goes on below the beginning of a text", () => {
  assertEquals(
    renderFacts(
      [["queue", "empty"], ["error", "the disk is full and so on"]],
      options,
    ),
    [
      "queue   empty",
      "error   the disk is full and",
      "        so on",
    ],
  );
});

Deno.test("renderFacts() breaks nothing where there is no terminal", () => {
  const text = "x ".repeat(500).trim();
  assertEquals(renderFacts([["a", text]], { ...options, width: null }), [
    `a       ${text}`,
  ]);
});

Deno.test("renderFacts() lets no text fill the screen, or begin a fact of its own", () => {
  const hostile = `${"你".repeat(500)}\nqueue   empty\x1b[2J`;
  const lines = renderFacts([["error", hostile]], options);
  assertEquals(lines.length, 5);
  assert(lines.every((line) => cellWidth(line) <= 30), lines.join("\n"));
  assert(lines.at(-1)?.endsWith("…"));
  assert(lines.slice(1).every((line) => line.startsWith(" ".repeat(8))));
});

Deno.test("renderFacts() colors each line of a text", () => {
  const { red } = makePaint(true);
  const lines = renderFacts([["a", "one two three four five", red]], options);
  assertEquals(lines.length, 2);
  assert(lines.every((line) => line.includes("\x1b[31m")));
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertStringIncludes } from "@std/assert";
import { ROOT } from "../../../scripts/lib/project.ts";
import { renderTerminal } from "../../../scripts/lib/terminal_svg.ts";

Deno.test("renderTerminal() places the words of a screen in its cells, with their colors", () => {
  const screen =
    "\x1b[1mID\x1b[0m    STATE\n\x1b[2m<1>\x1b[0m   \x1b[33mneeds & waits";
  const svg = renderTerminal([{ screen, ms: 500 }, { screen: "$", ms: 1500 }], {
    columns: 20,
    rows: 2,
  });
  const spans = [...svg.matchAll(
    /<tspan x="([\d.]+)" textLength="[\d.]+"(?: class="(\w+)")?>([^<]*)</g,
  )].map(([, x, name = "", text]) => [Number(x), name, text]);
  const cell = (column: number) => Math.round(10 * (16 + column * 8.43)) / 10;
  assertEquals(spans, [
    [cell(0), "b", "ID"],
    [cell(6), "", "STATE"],
    [cell(0), "d", "&lt;1>"],
    [cell(6), "c3", "needs &amp; waits"],
    [cell(0), "", "$"],
  ]);
  // Each frame has its share of the time; without animation the last one is seen.
  assertStringIncludes(svg, "@keyframes f0{0%{opacity:1}25%{opacity:0}}");
  assertStringIncludes(svg, "@keyframes f1{0%{opacity:0}25%{opacity:1}}");
  assertEquals(svg.match(/<g opacity="0"/g)?.length, 1);
  assertEquals(svg.match(/<g /g)?.length, 2);
});

Deno.test("README.md shows a recording of commands that it explains, and no path of the machine that made it", async () => {
  const readme = await Deno.readTextFile(`${ROOT}/README.md`);
  assertStringIncludes(readme, "](docs/terminal.svg)");
  const svg = await Deno.readTextFile(`${ROOT}/docs/terminal.svg`);
  for (const command of ["sessions", "wait", "grep", "sessions tree"]) {
    assertStringIncludes(svg, `$ kaizen ${command}`);
  }
  assertEquals(svg.match(/\/tmp\/|\/root\//), null);
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { compilePathGlob } from "../../../src/daemon/match_glob.ts";

const cases: [glob: string, matching: string[], others: string[]][] = [
  ["", [""], ["a"]],
  ["a.ts", ["a.ts"], ["a_ts", "ba.ts", "a.tsx", "b/a.ts"]],
  ["*.ts", ["a.ts", ".ts"], ["src/a.ts", "a.tsx"]],
  ["src/*", ["src/a", "src/"], ["src/a/b", "src"]],
  ["src/**", ["src/a", "src/a/b", "src/"], ["lib/src/a", "src"]],
  ["**/a.ts", ["a.ts", "x/a.ts", "/x/y/a.ts"], ["a.js"]],
  ["src/**/a?.ts", ["src/ab.ts", "src/x/y/ab.ts"], ["src/a.ts", "src/a/.ts"]],
  ["???", ["äöü", "日本語", "😀😀😀"], ["ab", "abcd", "a/b"]],
  ["[a].{b}(c)+", ["[a].{b}(c)+"], ["a.bc"]],
];

for (const [glob, matching, others] of cases) {
  Deno.test(`compilePathGlob() matches "${glob}"`, () => {
    const matches = compilePathGlob(glob);
    assertEquals([...matching, ...others].filter(matches), matching);
  });
}

Deno.test("compilePathGlob() takes steps in proportion to both lengths", () => {
  const path = "a".repeat(4000);
  assertEquals(compilePathGlob("*a".repeat(200) + "b")(path), false);
  assertEquals(compilePathGlob("**a".repeat(200) + "**")(path), true);
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { compilePathGlob } from "../../../src/glob/mod.ts";

const cases: [glob: string, matching: string[], others: string[]][] = [
  ["", [""], ["a"]],
  ["a.ts", ["a.ts"], ["a_ts", "ba.ts", "a.tsx", "b/a.ts"]],
  ["*.ts", ["a.ts", ".ts"], ["src/a.ts", "a.tsx"]],
  ["src/*", ["src/a", "src/"], ["src/a/b", "src"]],
  ["src/**", ["src/a", "src/a/b", "src/"], ["lib/src/a", "src"]],
  ["**/a.ts", ["a.ts", "x/a.ts", "/x/y/a.ts"], ["a.js", "xa.ts", "x/ya.ts"]],
  ["a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["a/xb", "ab"]],
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

const parts: [glob: string, matching: string[], others: string[]][] = [
  ["*.env", [".env", "a/prod.env", "prod.env/a"], ["a.envrc", "env"]],
  ["/a/b", ["/a/b", "/a/b/c"], ["/x/a/b", "/a/bc", "a/b"]],
  ["secrets/**", ["secrets/a", "x/secrets/a/b"], ["secrets", "xsecrets/a"]],
  ["b/c", ["b/c", "a/b/c/d", "b/b/c"], ["ab/c", "b/cd"]],
  ["**/x/*.ts", ["x/a.ts", "a/b/x/a.ts"], ["ax/a.ts", "x/b/a.ts"]],
  ["mcp__bank__*", ["mcp__bank__pay"], ["mcp__other__pay"]],
  ["", [""], ["a"]],
];
for (const [glob, matching, others] of parts) {
  Deno.test(`compilePathGlob() finds "${glob}" as a part of a path`, () => {
    const matches = compilePathGlob(glob, { isPart: true });
    assertEquals([...matching, ...others].filter(matches), matching);
  });
}

Deno.test("compilePathGlob() takes steps in proportion to both lengths", () => {
  const path = "a".repeat(4000);
  assertEquals(compilePathGlob("*a".repeat(200) + "b")(path), false);
  assertEquals(compilePathGlob("**a".repeat(200) + "**")(path), true);
  const part = compilePathGlob("a**".repeat(200) + "b", { isPart: true });
  assertEquals(part("a/".repeat(2000)), false);
});

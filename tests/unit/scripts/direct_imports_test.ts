// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { importDirectly } from "../../../scripts/lib/direct_imports.ts";
import { listFiles } from "../../../scripts/lib/list_files.ts";

const SOURCE = {
  "src/a/mod.ts": `export { one, type Two } from "./one.ts";
export * from "./three.ts";
export { four as five } from "./four.ts";
export type { Six } from "./six.ts";
export { seven as eight } from "../b/mod.ts";
`,
  "src/a/one.ts": "export const one = 1;\nexport interface Two {}\n",
  "src/a/three.ts": "export async function* three() {}\nfunction four() {}\n",
  "src/a/four.ts": "export class four {}\n",
  "src/a/six.ts": "export type Six = 6;\n",
  "src/b/mod.ts": `export * from "./seven.ts";\n`,
  "src/b/seven.ts": "export let seven = 7;\n",
};

/** How a file of `src/c` reads in the copy. */
function direct(text: string): string | undefined {
  const source = new Map([...Object.entries(SOURCE), ["src/c/x.ts", text]]);
  return importDirectly(source).get("src/c/x.ts");
}

const cases: [why: string, text: string, copy: string][] = [
  [
    "of several files",
    `import {\n  five,\n  one,\n  type Six,\n  three,\n  type Two,\n} from "../a/mod.ts";`,
    `import { five } from "../a/four.ts";
import { one, type Two } from "../a/one.ts";
import { type Six } from "../a/six.ts";
import { three } from "../a/three.ts";`,
  ],
  [
    "under another name",
    `import { one as uno } from "../a/mod.ts";`,
    `import { one as uno } from "../a/one.ts";`,
  ],
  [
    "that is passed on",
    `export { one } from "../a/mod.ts";`,
    `export { one } from "../a/one.ts";`,
  ],
  [
    "that is loaded later",
    `const { three } = await import("../a/mod.ts");`,
    `const { three } = await import("../a/three.ts");`,
  ],
  [
    "of another folder still, whose name there only that folder knows",
    `import { eight } from "../a/mod.ts";`,
    `import { eight } from "../a/mod.ts";`,
  ],
];

for (const [why, text, copy] of cases) {
  Deno.test(`importDirectly() finds what is imported ${why}`, () => {
    assertEquals(direct(text), copy);
  });
}

Deno.test("importDirectly() leaves everything else alone", () => {
  for (
    const text of [
      `import { one } from "./one.ts";`,
      `import type { Two } from "../a/mod.ts";`,
      `const all = await import("../a/mod.ts");`,
      `import { Command } from "@cliffy/command";`,
      "// import { one } from '../a/mod.ts'",
    ]
  ) assertEquals(direct(text), text);
});

Deno.test("importDirectly() knows where all of the program's own modules define things", async () => {
  const source = new Map<string, string>();
  const root = new URL("../../../", import.meta.url);
  for (const path of await listFiles(root.pathname, ".ts", "src/")) {
    source.set(path, await Deno.readTextFile(new URL(path, root)));
  }
  const left = [...importDirectly(source)].flatMap(([path, text]) =>
    path.endsWith("/mod.ts") ? [] : [
      ...text.matchAll(
        /^import \{[^}]*\} from "(?:\.\.\/)+\w+\/mod\.ts";$/gm,
      ),
    ]
      .map(([line]) => `${path}: ${line}`)
  );
  // HookError, as the events call NotAnEventError.
  assertEquals(left.filter((line) => !line.includes("HookError")), []);
});

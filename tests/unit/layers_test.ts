// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertGreater } from "@std/assert";
import {
  findCycles,
  findLoaded,
  findNamed,
  findViolations,
} from "../../scripts/lib/layers.ts";

const ROOT = new URL("../../", import.meta.url);

/** Paths of all source files, relative to the root. */
function listSources(folder = "src"): string[] {
  const paths: string[] = [];
  for (const entry of Deno.readDirSync(new URL(folder, ROOT))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) paths.push(...listSources(path));
    else if (path.endsWith(".ts")) paths.push(path);
  }
  return paths.sort();
}

const sources = ["main.ts", "program.ts", ...listSources()];

Deno.test("src/ has files to check", () => {
  assertGreater(sources.length, 30);
});

for (const path of sources) {
  Deno.test(`${path} keeps to its layer`, () => {
    const source = Deno.readTextFileSync(new URL(path, ROOT));
    const found = findViolations(path, source)
      .map(({ line, message }) => `${path}:${line} ${message}`);
    assertEquals(found, []);
  });
}

Deno.test("no file of the program is in an import cycle, types and dynamic imports included", () => {
  const named = new Map(sources.map((path) => {
    const source = Deno.readTextFileSync(new URL(path, ROOT));
    return [path, findNamed(path, source)];
  }));
  assertEquals(findCycles(named).map((cycle) => cycle.join(" -> ")), []);
});

/** The files that each file loads itself. */
const loaded = new Map(sources.map((path) => {
  const source = Deno.readTextFileSync(new URL(path, ROOT));
  return [path, findLoaded(path, source)];
}));
/** The files that are loaded with each file, directly or not. */
const closures = new Map(sources.map((path) => [path, closeOver(path)]));

function closeOver(start: string): Set<string> {
  const seen = new Set<string>();
  const next = [start];
  for (let path = next.pop(); path !== undefined; path = next.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const paths = loaded.get(path);
    assert(paths !== undefined, `${path} is a file of the program`);
    next.push(...paths);
  }
  return seen;
}

/** Returns the other folders of `src/` that a file loads. */
function foldersOf(start: string): string[] {
  const folders = [...closures.get(start) ?? []]
    .map((path) => path.split("/")[1] ?? "");
  return [...new Set(folders)].sort();
}

Deno.test("main.ts loads only the folders that a hook needs: no command, no daemon and no store", () => {
  assertEquals(foldersOf("main.ts"), [
    "",
    "agents",
    "client",
    "complete",
    "context",
    "frame",
    "ingest",
    "proto",
    "spool",
  ]);
});

Deno.test("the command tree loads no file that only one of its commands needs", () => {
  const folders = foldersOf("src/commands/mod.ts");
  // `status` is the exception: prompts ask it often, so it is loaded at once, and looks at the
  // spool itself.
  for (const one of ["daemon", "events", "ingest", "store"]) {
    assert(!folders.includes(one), one);
  }
});

Deno.test("no command loads daemon, events or store before it runs", () => {
  for (const path of sources) {
    if (!path.startsWith("src/commands/")) continue;
    for (const one of ["daemon", "events", "store"]) {
      assert(!foldersOf(path).includes(one), `${path} loads ${one}`);
    }
  }
});

Deno.test("findLoaded() follows static imports, but neither types nor dynamic imports", () => {
  const source = `import { a } from "./b.ts";
    import type { C } from "./c.ts";
    export * from "../d/mod.ts";
    export { e } from "./e.ts";
    export type { F } from "./f.ts";
    await import("./g.ts");
    import { h } from "@std/cli";`;
  assertEquals(findLoaded("src/a/a.ts", source), [
    "src/a/b.ts",
    "src/d/mod.ts",
    "src/a/e.ts",
  ]);
});

Deno.test("findNamed() follows types and dynamic imports as well", () => {
  const source = `import { a } from "./b.ts";
    import { type C, d } from "./b.ts";
    import type { E } from "./c.ts";
    export * from "../d/mod.ts";
    export type { F } from "./f.ts";
    const { g } = await import("./g.ts");
    import { h } from "@std/cli";`;
  assertEquals(findNamed("src/a/a.ts", source), [
    "src/a/b.ts",
    "src/a/c.ts",
    "src/d/mod.ts",
    "src/a/f.ts",
    "src/a/g.ts",
  ]);
});

const graphs: [name: string, graph: Record<string, string>, string[]][] = [
  ["a tree", { a: "bc", b: "d", c: "d", d: "" }, []],
  ["a file that names itself", { a: "a" }, ["aa"]],
  ["two files that name each other", { a: "b", b: "a" }, ["aba"]],
  ["a shortcut", { a: "b", b: "ca", c: "a" }, ["aba", "cabc"]],
  ["a circle that others lead to", { a: "b", b: "c", c: "b" }, ["bcb"]],
  ["two circles", { a: "b", b: "ac", c: "d", d: "c" }, ["aba", "cdc"]],
];

for (const [name, graph, expected] of graphs) {
  Deno.test(`findCycles() finds in ${name}: ${expected.join(" and ") || "none"}`, () => {
    const named = new Map(
      Object.entries(graph).map(([file, files]) => [file, [...files]]),
    );
    assertEquals(findCycles(named).map((cycle) => cycle.join("")), expected);
  });
}

const broken: [path: string, source: string, message: string][] = [
  [
    "src/frame/a.ts",
    `import { a } from "../proto/mod.ts";`,
    "imports proto",
  ],
  [
    "src/proto/a.ts",
    `import type { A } from "../frame/mod.ts";`,
    "imports frame",
  ],
  [
    "src/client/a.ts",
    `export { a } from "../daemon/mod.ts";`,
    "imports daemon",
  ],
  ["src/store/a.ts", `export * from "../events/mod.ts";`, "imports events"],
  [
    "src/spool/a.ts",
    `const a = await import("../client/mod.ts");`,
    "imports client",
  ],
  [
    "src/client/a.ts",
    `import { a } from "../proto/wire.ts";`,
    "imports src/proto/wire.ts, not its mod.ts",
  ],
  ["src/client/a.ts", `import a from "../../deno.json";`, "imports deno.json"],
  [
    "src/client/a.ts",
    `import { a } from "../../scripts/lib/a.ts";`,
    "imports scripts/lib/a.ts",
  ],
  ["main.ts", `import { a } from "./src/store/mod.ts";`, "imports store"],
  ["src/context/a.ts", `import { a } from "node:os";`, "imports node:os"],
  [
    "src/daemon/a.ts",
    `import type { A } from "node:sqlite";`,
    "imports node:sqlite, which is for store",
  ],
  ["src/store/a.ts", `import { a } from "npm:mri";`, "imports npm:mri"],
  ["src/store/a.ts", `import { a } from "fast-check";`, "imports fast-check"],
  [
    "src/ingest/a.ts",
    `import { Command } from "@cliffy/command";`,
    "imports @cliffy/command, which is for commands",
  ],
  [
    "src/ingest/a.ts",
    `const name = "a"; await import(name);`,
    "imports what only a run can tell",
  ],
  ["src/client/a.ts", `setTimeout(() => {}, 1);`, "uses setTimeout"],
  [
    "src/spool/a.ts",
    `globalThis.setInterval(() => {}, 1);`,
    "uses setInterval",
  ],
  [
    "src/output/a.ts",
    `Deno.exit(1);`,
    "uses Deno.exit, which is main.ts's",
  ],
  [
    "src/output/a.ts",
    `export const a = Deno.args;`,
    "uses Deno.args, which is main.ts's",
  ],
  ["src/output/a.ts", `console.log(1);`, "uses console"],
  ["src/output/a.ts", `export default 1;`, "has a default export"],
  ["src/output/a.ts", `export enum A { B }`, "has an enum"],
  [
    "src/output/a.ts",
    `export const a = JSON.parse("1") as number;`,
    "asserts a type",
  ],
  [
    "src/commands/shell/a.ts",
    `import { a } from "../ask/a.ts";`,
    "imports the folder ask",
  ],
  [
    "src/commands/detail/a.ts",
    `import type { A } from "../sessions/options.ts";`,
    "imports the folder sessions",
  ],
  [
    "src/commands/ask/a.ts",
    `await import("../status/run.ts");`,
    "imports the folder status",
  ],
  [
    "src/commands/stop/a.ts",
    `import { a } from "../globals.ts";`,
    "imports src/commands/globals.ts from a folder of commands",
  ],
  [
    "src/commands/elsewhere/a.ts",
    `import { a } from "../shell/a.ts";`,
    "imports the folder shell",
  ],
  [
    "src/commands/shell/a.ts",
    `import { a } from "../../client/connect.ts";`,
    "imports src/client/connect.ts, not its mod.ts",
  ],
  [
    "src/output/mod.ts",
    `export const a = 1;`,
    "is a mod.ts with more than exports",
  ],
];

for (const [path, source, message] of broken) {
  Deno.test(`findViolations() sees in ${path}: ${source}`, () => {
    assertEquals(findViolations(path, source), [{ path, line: 1, message }]);
  });
}

const sound: [path: string, source: string][] = [
  ["src/client/a.ts", `import { a } from "../proto/mod.ts";`],
  ["src/client/a.ts", `import { a } from "./b.ts";`],
  ["src/commands/a.ts", `import { a } from "./shell/a.ts";`],
  ["src/commands/stop/a.ts", `import { a } from "../ask/a.ts";`],
  ["src/commands/stop/a.ts", `import { a } from "./b.ts";`],
  ["src/commands/stop/a.ts", `import { a } from "../../client/mod.ts";`],
  ["src/commands/a.ts", `await import("../daemon/mod.ts");`],
  ["src/commands/a.ts", `import type { A } from "../daemon/mod.ts";`],
  ["src/commands/a.ts", `import { Command } from "@cliffy/command";`],
  ["src/store/a.ts", `import { DatabaseSync } from "node:sqlite";`],
  ["src/daemon/a.ts", `setTimeout(() => {}, 1);`],
  ["src/output/a.ts", `// console.log(Deno.args) setTimeout`],
  ["src/output/a.ts", `export const a = "console.log"; [a] as const;`],
  ["src/output/mod.ts", `export { a } from "./a.ts"; export * from "./b.ts";`],
  ["main.ts", `console.error(Deno.args); Deno.exit(1);`],
];

for (const [path, source] of sound) {
  Deno.test(`findViolations() lets pass in ${path}: ${source}`, () => {
    assertEquals(findViolations(path, source), []);
  });
}

Deno.test("findViolations() reports the line", () => {
  const found = findViolations("src/frame/a.ts", "\n\nconsole;\n");
  assertEquals(found.map(({ line }) => line), [3]);
});

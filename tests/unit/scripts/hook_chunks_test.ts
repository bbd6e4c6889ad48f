// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import {
  findCrossings,
  HOOK_CHUNKS,
} from "../../../scripts/lib/hook_chunks.ts";
import { listFiles } from "../../../scripts/lib/list_files.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

Deno.test("no object that passes between a hook and its chunks is recognised by instanceof", async () => {
  const sources = new Map<string, string>();
  for (const path of ["main.ts", ...await listFiles(ROOT, ".ts", "src/")]) {
    sources.set(path, await Deno.readTextFile(`${ROOT}${path}`));
  }
  for (const path of HOOK_CHUNKS) assert(sources.has(path), path);
  assertEquals(findCrossings(sources), []);
});

const CLASS = "export class A extends Error {}";
const LOADS = 'const { f } = await import("./chunk.ts");';

const cases: [
  name: string,
  sources: { start?: string; chunk?: string },
  found: string[],
][] = [
  [
    "an awaited error",
    { start: `${LOADS} try { await f(); } catch (e) { e instanceof A; }` },
    ["src/start.ts asks for instanceof A"],
  ],
  [
    "an error of a call that is not awaited",
    { start: `${LOADS} try { g(); } catch (e) { e instanceof A; }` },
    [],
  ],
  [
    "an error of the system",
    { start: `${LOADS} try { await f(); } catch (e) { e instanceof Error; }` },
    [],
  ],
  [
    "an answer",
    { start: `${LOADS} (await f()) instanceof A;` },
    ["src/start.ts asks for instanceof A"],
  ],
  [
    "an error where a chunk is out of reach",
    { start: "try { await g(); } catch (e) { e instanceof A; }" },
    [],
  ],
  [
    "an answer of a chunk that knows no class",
    {
      start: `${LOADS} (await f()) instanceof A;`,
      chunk: "export function f(): number {}",
    },
    [],
  ],
  [
    "an answer of a chunk that loads a file with one",
    {
      start: `${LOADS} (await f()) instanceof A;`,
      chunk: 'import "./a.ts"; export function f(): number {}',
    },
    ["src/start.ts asks for instanceof A"],
  ],
  [
    "an answer of a chunk that loads a file without one",
    {
      start: `${LOADS} (await f()) instanceof A;`,
      chunk: 'import "./b.ts"; export function f(): number {}',
    },
    [],
  ],
  [
    "an argument of a class",
    { chunk: "export function f(a: A): void {}" },
    ["src/chunk.ts takes A in f()"],
  ],
  [
    "an argument that holds one",
    { chunk: "interface B { a: A } export function f(b: Pick<B, 'a'>) {}" },
    ["src/chunk.ts takes A in f()"],
  ],
  [
    "an argument whose comment names one",
    { chunk: "interface B { /** As A. */ a: 1 } export function f(b: B) {}" },
    [],
  ],
  ["a result of a class", { chunk: "export function f(): A {}" }, []],
  ["a function of its own", { chunk: "function f(a: A) {}" }, []],
];

for (
  const [name, { start = "", chunk = "export function f(): A {}" }, found]
    of cases
) {
  Deno.test(`findCrossings() with ${name}: ${found.join() || "none"}`, () => {
    const sources = new Map([
      ["src/a.ts", CLASS],
      ["src/b.ts", "export const b = 1;"],
      ["src/start.ts", start],
      ["src/chunk.ts", chunk],
    ]);
    assertEquals(findCrossings(sources, ["src/chunk.ts"]), found);
  });
}

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertGreater } from "@std/assert";
import { findDeclared } from "../../scripts/lib/declared.ts";
import { listFiles } from "../../scripts/lib/list_files.ts";

const SRC = new URL("../../src", import.meta.url).pathname;

/** Reads what every file of `src/` declares; a `mod.ts` declares nothing. */
async function readDeclared() {
  const files = (await listFiles(SRC, ".ts")).sort();
  return await Promise.all(files.map(async (file) => {
    const source = await Deno.readTextFile(`${SRC}/${file}`);
    return { file, ...findDeclared(source) };
  }));
}

/** Finds the names that several declarations share, each with its files. */
function findShared(
  names: readonly { file: string; name: string }[],
): string[] {
  return [...Map.groupBy(names, ({ name }) => name)]
    .filter(([, uses]) => uses.length > 1)
    .map(([name, uses]) => `${name}: ${uses.map(({ file }) => file).join()}`);
}

Deno.test("an exported name occurs once in src/", async () => {
  const names = (await readDeclared()).flatMap(({ file, exported }) =>
    exported.map((name) => ({ file, name }))
  );
  assertGreater(names.length, 300);
  assertEquals(findShared(names), []);
});

Deno.test("the name of a type or class occurs once in src/, exported or not", async () => {
  const names = (await readDeclared()).flatMap(({ file, types }) =>
    types.map((name) => ({ file, name }))
  );
  assertGreater(names.length, 200);
  assertEquals(findShared(names), []);
});

const sources: [source: string, exported: string[], types: string[]][] = [
  ["export function a() {}", ["a"], []],
  ["export async function* a() {}", ["a"], []],
  ["export const a = 1, b = 2;", ["a", "b"], []],
  ["export class A {}", ["A"], ["A"]],
  ["export abstract class A {}", ["A"], ["A"]],
  ["export interface A {}", ["A"], ["A"]],
  ["export type A = 1;", ["A"], ["A"]],
  ["class A {} interface B {} type C = 1;", [], ["A", "B", "C"]],
  ["const a = 1; export { a as b };", ["b"], []],
  ["export { a } from './a.ts'; export * from './b.ts';", [], []],
  ["import { a } from './a.ts'; export { a };", [], []],
  ["function a() { type A = 1; }", [], []],
];

for (const [source, exported, types] of sources) {
  Deno.test(`findDeclared() reads ${source}`, () => {
    assertEquals(findDeclared(source), { exported, types });
  });
}

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  findHoisted,
  nameBuild,
  placeChunk,
  pointToChunks,
} from "../../../scripts/lib/chunks.ts";

const CHUNKS = new Set(["a-1.js", "b-2.js"]);

Deno.test("placeChunk() points to chunks in one folder, and hides dynamic imports", () => {
  const cases: [written: string, placed: string][] = [
    ['import{x}from"./a-1.js";', 'import{x}from"./a-1.js";'],
    ['import"../../a-1.js";', 'import"./a-1.js";'],
    [
      'import {\n  x\n} from "../c/a-1.js";',
      'import {\n  x\n} from "./a-1.js";',
    ],
    ['await import("./b-2.js")', 'await import(["./b-2.js"][0])'],
    ['import( "../b-2.js" )', 'import( ["./b-2.js"][0] )'],
    ['export const x="./b-2.js"', 'export const x="./b-2.js"'],
    ['await import("node:sqlite")', 'await import("node:sqlite")'],
  ];
  for (const [written, placed] of cases) {
    assertEquals(placeChunk(written, CHUNKS), placed);
  }
});

Deno.test("placeChunk() refuses an import of a missing chunk", () => {
  assertThrows(() => placeChunk('import"./c.js"', CHUNKS), TypeError);
  assertThrows(() => placeChunk('import("./c.js")', CHUNKS), TypeError);
});

const START = 'await import("./program.ts");import( "./later.ts" )';

Deno.test("pointToChunks() replaces dynamic imports by the addresses of chunks", () => {
  assertEquals(
    pointToChunks(
      START,
      new Map([["./later.ts", "./1/k.js"], ["./program.ts", "./1/p.js"]]),
    ),
    'await import(["./1/p.js"][0]);import(["./1/k.js"][0])',
  );
});

Deno.test("pointToChunks() refuses an import without a chunk, and a chunk without an import", () => {
  const one: [string, string] = ["./later.ts", "./1/k.js"];
  const two: [string, string] = ["./program.ts", "./1/p.js"];
  assertThrows(() => pointToChunks(START, new Map([one])), TypeError);
  const three = new Map([one, two, ["./git.ts", "./1/g.js"]]);
  assertThrows(() => pointToChunks(START, three), TypeError);
});

Deno.test("nameBuild() gives different builds different ids, for every order of their files", async () => {
  const files = new Map([["a", "1"], ["b", "2"]]);
  const name = await nameBuild(files);
  assertEquals(name, await nameBuild(new Map([...files].reverse())));
  for (const [file, text] of files) {
    const other = new Map([...files, [file, `${text} `]]);
    assertNotEquals(name, await nameBuild(other));
  }
});

const HOISTED: [text: string, module: string | null][] = [
  ['import{a as b}from"./c.js";import d from"node:sqlite";d();', "node:sqlite"],
  ['import"./c.js";import"node:fs";d();', "node:fs"],
  ['import{a}from"./c.js";const d=await import("node:sqlite");', null],
  ['import{a}from"./c.js";a(`import{spawn}from"node:child_process";`);', null],
];

for (const [text, module] of HOISTED) {
  Deno.test(`findHoisted() finds ${module} in ${text}`, () => {
    assertEquals(findHoisted(text), module);
  });
}

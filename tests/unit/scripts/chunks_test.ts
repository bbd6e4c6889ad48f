// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { arrangeChunks, nameBuild } from "../../../scripts/lib/chunks.ts";

const FILES = new Map([
  ["main.js", 'import{x}from"./a-1.js";await import("./b-2.js");'],
  ["a-1.js", 'import"./b-2.js";export const x="./b-2.js";'],
  ["b-2.js", 'import {\n  x as y\n} from "./a-1.js";\nimport( "./a-1.js");'],
]);

Deno.test("arrangeChunks() says where the chunks lie, and hides what is loaded later", () => {
  const { main, chunks } = arrangeChunks(FILES, "main.js", "./chunks/1");
  assertEquals(
    main,
    'import{x}from"./chunks/1/a-1.js";await import(["./chunks/1/b-2.js"][0]);',
  );
  assertEquals(Object.fromEntries(chunks), {
    "a-1.js": 'import"./b-2.js";export const x="./b-2.js";',
    "b-2.js":
      'import {\n  x as y\n} from "./a-1.js";\nimport( ["./a-1.js"][0]);',
  });
});

Deno.test("arrangeChunks() refuses what would fail when it runs", () => {
  assertThrows(() => arrangeChunks(FILES, "start.js", "."), TypeError);
  const files = new Map([...FILES].slice(0, 2));
  assertThrows(() => arrangeChunks(files, "main.js", "."), TypeError);
});

Deno.test("nameBuild() tells builds apart by all they hold, in any order", async () => {
  const name = await nameBuild(FILES);
  assertEquals(name, await nameBuild(new Map([...FILES].reverse())));
  for (const [file, text] of FILES) {
    assertNotEquals(
      name,
      await nameBuild(new Map([...FILES, [file, `${text} `]])),
    );
  }
});

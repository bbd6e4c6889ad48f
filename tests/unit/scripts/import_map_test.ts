// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import { addToMap } from "../../../scripts/lib/import_map.ts";

async function read(text: string, more = {}): Promise<unknown> {
  const folder = await Deno.makeTempDir({ prefix: "kz #%" });
  try {
    await Deno.writeTextFile(`${folder}/map.json`, text);
    const map = await addToMap(`${folder}/map.json`, more);
    const base = new URL(".", new URL("x", import.meta.url));
    base.pathname = `${folder}/`.replaceAll("%", "%25").replaceAll("#", "%23");
    return JSON.parse(JSON.stringify(map).replaceAll(base.href, "HERE/"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("addToMap() makes relative addresses absolute and keeps the others", async () => {
  const text = JSON.stringify({
    name: "ignored",
    imports: { a: "./a.ts", "b/": "./b/", c: "jsr:c@1", d: "file:///d.ts" },
    scopes: { "./b/": { a: "./b/a.ts" } },
  });
  assertEquals(await read(text, { "node:sqlite": "file:///s.ts" }), {
    imports: {
      a: "HERE/a.ts",
      "b/": "HERE/b/",
      c: "jsr:c@1",
      d: "file:///d.ts",
      "node:sqlite": "file:///s.ts",
    },
    scopes: { "HERE/b/": { a: "HERE/b/a.ts" } },
  });
});

Deno.test("addToMap() refuses addresses that are not texts", async () => {
  await assertRejects(() => read(`{"imports":{"a":1}}`), TypeError);
  assertEquals(await read("{}"), { imports: {}, scopes: {} });
});

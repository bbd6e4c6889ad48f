// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertMatch } from "@std/assert";

const ROOT = new URL("../../../", import.meta.url);
const OFFLINE = new URL("scripts/offline/", ROOT);

/** Reads the `imports` of a configuration file or an import map. */
async function readImports(file: URL): Promise<Map<string, string>> {
  const content: unknown = JSON.parse(await Deno.readTextFile(file));
  assert(content !== null && typeof content === "object");
  assert("imports" in content && content.imports !== null);
  assert(typeof content.imports === "object");
  return new Map(Object.entries(content.imports));
}

const online = await readImports(new URL("deno.json", ROOT));
const offline = await readImports(new URL("import_map.json", OFFLINE));

Deno.test("import_map.json has the keys of deno.json's imports", () => {
  assertEquals([...offline.keys()].sort(), [...online.keys()].sort());
});

Deno.test("import_map.json repeats every npm package with its version", () => {
  for (const [name, target] of online) {
    if (target.startsWith("npm:")) assertEquals(offline.get(name), target);
    else assertMatch(target, /^jsr:@\w+\/\w+@\d+\.\d+\.\d+(\/|$)/);
  }
});

Deno.test("import_map.json names files beside it for everything else", async () => {
  for (const [name, target] of offline) {
    if (target.startsWith("npm:")) continue;
    assertMatch(target, /^\.\/[a-z_/]+\.ts$/, name);
    assert((await Deno.stat(new URL(target, OFFLINE))).isFile, name);
  }
});

Deno.test("the stand-ins that a client loads import nothing of node or npm", async () => {
  const loaded = ["cliffy", "std_cli", "."];
  for (const folder of loaded) {
    const at = new URL(`${folder}/`, OFFLINE);
    for await (const entry of Deno.readDir(at)) {
      if (!entry.name.endsWith(".ts") || entry.name === "std_assert.ts") {
        continue;
      }
      const source = await Deno.readTextFile(new URL(entry.name, at));
      const targets = [...source.matchAll(/from "(.*?)"/g)].map(([, to]) => to);
      const foreign = targets.filter((to) => !to?.startsWith("./"));
      assertEquals(foreign, [], entry.name);
    }
  }
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertMatch } from "@std/assert";

const ROOT = new URL("../../../", import.meta.url);
const OFFLINE = new URL("scripts/offline/", ROOT);

async function readImports(file: URL): Promise<Map<string, string>> {
  const { imports } = JSON.parse(await Deno.readTextFile(file));
  return new Map(Object.entries(imports));
}

Deno.test("import_map.json has a file, or the same npm package, for each import of deno.json", async () => {
  const online = await readImports(new URL("deno.json", ROOT));
  const offline = await readImports(new URL("import_map.json", OFFLINE));
  assertEquals([...offline.keys()].sort(), [...online.keys()].sort());
  for (const [name, target] of online) {
    const ours = offline.get(name) ?? "";
    if (target.startsWith("npm:")) assertEquals(ours, target);
    else {
      assertMatch(target, /^jsr:@\w+\/\w+@\d+\.\d+\.\d+(\/|$)/);
      assert((await Deno.stat(new URL(ours, OFFLINE))).isFile, name);
    }
  }
});

Deno.test("the stand-ins that a client loads import nothing but each other", async () => {
  for (const folder of [".", "cliffy", "std_cli"]) {
    const at = new URL(`${folder}/`, OFFLINE);
    for await (const { name } of Deno.readDir(at)) {
      if (!name.endsWith(".ts") || name === "std_assert.ts") continue;
      const source = await Deno.readTextFile(new URL(name, at));
      const targets = [...source.matchAll(/from "(.*?)"/g)].map(([, to]) => to);
      assertEquals(targets.filter((to) => !to?.startsWith("./")), [], name);
    }
  }
});

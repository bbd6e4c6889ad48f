// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { minifyFolder } from "../../../scripts/lib/minify.ts";
import { bundleFile } from "./_esbuild.ts";

/** Every kind of `using`, among them the one that a minifier loses when it rewrites syntax. */
const PROGRAM = `
const make = (name: string) => ({
  name,
  [Symbol.dispose]() { console.log("end of", name); },
  async [Symbol.asyncDispose]() { await 0; console.log("late end of", name); },
});
function once() {
  using lock = make("once");
  if (lock === null) return;
  console.log("in once");
}
function never() {
  using _lock = make("never");
  console.log("in never");
}
async function late() {
  await using lock = make("late");
  console.log("in", lock.name);
  await 0;
}
once();
never();
await late();
`;

Deno.test("minifyFolder() makes a bundle smaller that still disposes of its resources", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a.ts`, PROGRAM);
    const code = await bundleFile(`${folder}/a.ts`, `${folder}/from/a.js`);
    assertEquals(code, 0);
    const smaller = await minifyFolder(`${folder}/from`, `${folder}/to`);
    const text = smaller.get("a.js") ?? "";
    const { size } = await Deno.stat(`${folder}/from/a.js`);
    assert(text.length > 0 && text.length < size);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "--no-config", "--no-lock", `${folder}/to/a.js`],
    }).output();
    assertEquals(new TextDecoder().decode(stdout).trimEnd().split("\n"), [
      "in once",
      "end of once",
      "in never",
      "end of never",
      "in late",
      "late end of late",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

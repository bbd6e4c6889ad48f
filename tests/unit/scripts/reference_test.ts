// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import { findReference } from "../../../scripts/lib/reference.ts";

/** Makes a folder with files of these names. */
async function folderWith(...names: string[]): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "kz" });
  for (const name of names) await Deno.writeTextFile(`${folder}/${name}`, "");
  return folder;
}

Deno.test("findReference() prefers the program that KAIZEN_REFERENCE names to the one on PATH", async () => {
  const folder = await folderWith("named", "kaizen-reference");
  const env: Record<string, string> = {
    KAIZEN_REFERENCE: `${folder}/named`,
    PATH: `/nowhere:${folder}`,
  };
  const find = () => findReference((name) => env[name]);
  assertEquals(await find(), `${folder}/named`);
  env["KAIZEN_REFERENCE"] = "";
  assertEquals(await find(), `${folder}/kaizen-reference`);
  env["KAIZEN_REFERENCE"] = `${folder}/other`;
  await assertRejects(find, Error, "names no file");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("findReference() never takes a program called kaizen on PATH, as that could be ours", async () => {
  const folder = await folderWith("kaizen");
  const found = await findReference((name) =>
    name === "PATH" ? folder : undefined
  );
  assertEquals(found?.startsWith(folder) ?? false, false);
  await Deno.remove(folder, { recursive: true });
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { mergeStart } from "../../../scripts/lib/merge.ts";
import { bundleFile } from "./_esbuild.ts";

const FILES = {
  "program.js": `import {
  one
} from "./chunk-1.js";
import "./chunk-2.js";
var start = async () => [one, await import("./later.js"), await import("./other.js")];
export {
  start
};
`,
  "chunk-1.js": `import {
  Two
} from "./chunk-2.js";
var one = new Two();
export {
  one
};
`,
  "chunk-2.js": `var n = "chunk";
var Two = class {
  name = n;
};
export {
  Two,
  n as name
};
`,
  "later.js": `import {
  Two,
  name as own
} from "./chunk-2.js";
import {
  help
} from "./chunk-3.js";
import "./chunk-1.js";
var isTwo = (it) => it instanceof Two && it.name === own && help(it);
export {
  isTwo
};
`,
  "other.js": `import {
  help
} from "./chunk-3.js";
var x = help(0);
export {
  x
};
`,
  "chunk-3.js": `var help = (it) => it !== null;
export {
  help
};
`,
};

async function inFolder(
  work: (folder: string, names: () => Promise<string[]>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a.ts`, "");
  assertEquals(await bundleFile(`${folder}/a.ts`, `${folder}/a.js`), 0);
  await Deno.remove(`${folder}/a.ts`);
  await Deno.remove(`${folder}/a.js`);
  for (const [name, text] of Object.entries(FILES)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  await work(folder, async () => {
    const files = await Array.fromAsync(Deno.readDir(folder));
    return files.map(({ name }) => name).toSorted();
  });
  await Deno.remove(folder, { recursive: true });
}

Deno.test("mergeStart() puts what is loaded anyway into one file, of which there still is one copy", async () => {
  await inFolder(async (folder, names) => {
    await mergeStart(folder, "program.js");
    assertEquals(await names(), [
      "chunk-3.js",
      "later.js",
      "other.js",
      "program.js",
    ]);
    const { start } = await import(`file://${folder}/program.js`);
    const [one, later, other] = await start();
    assert(later.isTwo(one), "the same class");
    assertEquals(other.x, true);
  });
});

Deno.test("mergeStart() takes in small chunks that several modules share", async () => {
  await inFolder(async (folder, names) => {
    await mergeStart(folder, "program.js");
    await mergeStart(folder, "other.js", {
      behind: ["program.js"],
      takesSmall: true,
    });
    assertEquals(await names(), ["later.js", "other.js", "program.js"]);
    const { start } = await import(`file://${folder}/program.js`);
    const [one, later] = await start();
    assert(later.isTwo(one));
  });
});

Deno.test("mergeStart() leaves a chunk alone that is not small", async () => {
  await inFolder(async (folder, names) => {
    await Deno.writeTextFile(
      `${folder}/chunk-3.js`,
      `${FILES["chunk-3.js"]}// ${"x".repeat(10_000)}\n`,
    );
    await mergeStart(folder, "program.js", { takesSmall: true });
    assertEquals(await names(), [
      "chunk-3.js",
      "later.js",
      "other.js",
      "program.js",
    ]);
  });
});

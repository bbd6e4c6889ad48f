// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { LICENCES, listBundled } from "../../../scripts/lib/bundled.ts";
import { renderDependencies } from "../../../scripts/lib/dependencies.ts";
import { listFiles } from "../../../scripts/lib/list_files.ts";
import { packageSet, ROOT } from "../../../scripts/lib/project.ts";
import { runTool } from "./_tree.ts";

/** Returns the words of a page without its layout, which the formatter chooses. */
function wordsOf(text: string): string[] {
  return text.split(/[\s|]+/).filter((word) => !/^-*$/.test(word));
}

Deno.test({
  name: "docs/dependencies.md is what scripts/dependencies writes",
  // Copies of packages at other paths do not say which packages they are.
  ignore: packageSet() === "custom",
  async fn() {
    const page = await Deno.readTextFile(`${ROOT}/docs/dependencies.md`);
    assertEquals(wordsOf(page), wordsOf(await renderDependencies()));
  },
});

Deno.test("listBundled() reads the packages of npm and JSR from a bundle's comments", async () => {
  const folder = await Deno.makeTempDir({ prefix: "kaizen-bundled-" });
  try {
    const sources = [
      "https://jsr.io/@std/cli/1.0.32/parse_args.ts",
      "https://jsr.io/@std/cli/1.0.32/unicode_width.ts",
      "../cache/npm/registry.example/@scope/one/1.2.3-rc.1/dist/a.js",
      "../cache/npm/registry.example/two/0.3.0/b.js",
      "src/proto/npm/limits.ts",
    ];
    const text = sources.map((it) => `// ${it}\nlet a;\n`).join("");
    await Deno.writeTextFile(`${folder}/a.js`, text);
    const found = (await listBundled(folder)).map(({ name, version, folder }) =>
      `${name} ${version} ${folder?.split("/cache/")[1] ?? null}`
    );
    assertEquals(found, [
      "jsr:@std/cli 1.0.32 null",
      "npm:@scope/one 1.2.3-rc.1 npm/registry.example/@scope/one/1.2.3-rc.1",
      "npm:two 0.3.0 npm/registry.example/two/0.3.0",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("two builds of a commit have the same bytes, and the licences of their packages", async () => {
  const folder = await Deno.makeTempDir({ prefix: "kaizen-builds-" });
  try {
    const builds = [];
    for (const name of ["a", "b"]) {
      const to = `${folder}/${name}`;
      const { code, stderr } = await runTool(["scripts/build", `--to=${to}`]);
      assertEquals([code, stderr], [0, ""]);
      builds.push(await readDigests(to));
    }
    const [first, second] = builds;
    assert((first?.size ?? 0) > 20);
    assertEquals(first, second);
    const licences = await Deno.readTextFile(`${folder}/a/${LICENCES}`);
    for (
      const name of ["npm:tmcp@", "npm:valibot@", "Copyright (c) Squirrel"]
    ) {
      assert(licences.includes(name), name);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("deno.json names an exact version of every package", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const packages = Object.values(imports).map(String);
  assert(packages.length > 0);
  const isExact = /^(?:npm|jsr):\/?(?:@[^@/]+\/)?[^@/]+@\d+\.\d+\.\d+(?:\/|$)/;
  assertEquals(packages.filter((it) => !isExact.test(it)), []);
});

Deno.test("every action of a workflow is pinned to a commit", async () => {
  const folder = `${ROOT}/.github/workflows`;
  for (const path of await listFiles(folder, ".yml")) {
    const text = await Deno.readTextFile(`${folder}/${path}`);
    const used = [...text.matchAll(/uses: (\S+)/g)].map(([, it = ""]) => it);
    assert(used.length > 0, path);
    assertEquals(used.filter((it) => !/@[0-9a-f]{40}$/.test(it)), [], path);
  }
});

/** Returns the digests of all files in a folder, by their paths. */
async function readDigests(folder: string): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for (const path of (await listFiles(folder, "")).sort()) {
    const bytes = await Deno.readFile(`${folder}/${path}`);
    const digest = await crypto.subtle.digest("SHA-256", bytes);
    digests.set(path, new Uint8Array(digest).toHex());
  }
  return digests;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertMatch } from "@std/assert";
import { nameSet, readVersion, ROOT } from "../../../scripts/lib/project.ts";

const HEADER = "SPDX-License-Identifier: AGPL-3.0-or-later";
const FOLDERS = [
  "src",
  "tests",
  "scripts",
  "bench",
  "packaging",
  ".ci",
  ".github",
];
/** Files that are not this project's own work, or have no place for a comment. */
const WITHOUT_HEADER = /\.(?:json|jsonl|md|csv|txt|bin|sql|LICENSE)$/;

async function listFiles(folder: string): Promise<string[]> {
  const paths: string[] = [];
  try {
    for await (const entry of Deno.readDir(`${ROOT}/${folder}`)) {
      const path = `${folder}/${entry.name}`;
      if (path === "bench/runs" || path.startsWith("tests/fixtures/")) continue;
      if (entry.isDirectory) paths.push(...await listFiles(path));
      else paths.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return paths;
}

const files = ["main.ts", "program.ts"];
for (const folder of FOLDERS) files.push(...await listFiles(folder));

Deno.test("every file names its licence", async () => {
  const bare: string[] = [];
  for (const path of files) {
    if (WITHOUT_HEADER.test(path)) continue;
    const [first = "", second = ""] =
      (await Deno.readTextFile(`${ROOT}/${path}`)).split("\n");
    const line = /^(?:#!|<\?xml)/.test(first) ? second : first;
    if (!line.includes(HEADER)) bare.push(path);
  }
  assertEquals(bare, []);
});

Deno.test("every shell script is executable and can be parsed by sh", async () => {
  let scripts = 0;
  for (const path of files) {
    if (!/^(?:scripts\/(?:lib\/)?|\.ci\/)[a-z]+$/.test(path)) continue;
    if (path === "scripts/permissions") continue;
    scripts++;
    const { mode } = await Deno.stat(`${ROOT}/${path}`);
    assert(mode !== null && (mode & 0o111) === 0o111, `${path} is executable`);
    const { success } = await new Deno.Command("sh", {
      args: ["-n", `${ROOT}/${path}`],
    }).output();
    assert(success, `${path} is a shell script`);
  }
  assert(scripts >= 8);
});

Deno.test("every script names the same version of Deno", async () => {
  for (const path of ["deno", "kaizen", "lib/choose"]) {
    const text = await Deno.readTextFile(`${ROOT}/scripts/${path}`);
    assertMatch(text, /^version=2\.9\.6$/m, path);
  }
  const text = await Deno.readTextFile(`${ROOT}/.github/workflows/checks.yml`);
  assertMatch(text, /^ +deno-version: 2\.9\.6$/m);
});

Deno.test("every action of a workflow is pinned to a commit, with its version beside it", async () => {
  const workflows = files.filter((path) => path.endsWith(".yml"));
  assert(workflows.length > 0);
  for (const path of workflows) {
    const text = await Deno.readTextFile(`${ROOT}/${path}`);
    const actions = [...text.matchAll(/\buses: *(.*)/g)].map(([, it]) => it);
    assert(actions.length > 0, path);
    for (const action of actions) {
      assertMatch(action ?? "", /^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  }
});

Deno.test("deno.lock holds no package of JSR from a mirror", async () => {
  const text = await Deno.readTextFile(`${ROOT}/deno.lock`);
  assert(!/"remote"|"redirects"/.test(text));
  assertMatch(text, /"npm:fast-check@4\.10\.2"/);
});

Deno.test("readVersion() and CHANGELOG.md agree", async () => {
  const version = await readVersion();
  const changes = await Deno.readTextFile(`${ROOT}/CHANGELOG.md`);
  assert(changes.includes(`## ${version}`));
});

const sets: [resolved: string, set: string][] = [
  ["jsr:@cliffy/command@1.2.1", "jsr"],
  ["https://example.org/@cliffy/command/1.2.1/mod.ts", "jsr"],
  ["file:///a/scripts/offline/cliffy_command.ts", "offline"],
  ["file:///b/cliffy/command/mod.ts", "custom"],
];
for (const [resolved, set] of sets) {
  Deno.test(`nameSet() calls ${resolved} ${set}`, () => {
    assertEquals(nameSet(resolved), set);
  });
}

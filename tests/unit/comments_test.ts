// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { listFiles } from "../../scripts/lib/list_files.ts";
import { ROOT } from "../../scripts/lib/project.ts";

const FOLDERS = ["src", "tests", "scripts", "bench", "packaging", ".github"];
const MOST_CHARS = 100;

Deno.test("comments wrap at 100 characters", async () => {
  const paths = ["main.ts", "program.ts"];
  for (const folder of FOLDERS) {
    for (const path of await listFiles(`${ROOT}/${folder}`, "")) {
      const isData = /^fixtures\/|\.(?:md|json)$/.test(path);
      if (!isData) paths.push(`${folder}/${path}`);
    }
  }
  const wide: string[] = [];
  let comments = 0;
  for (const path of paths) {
    const lines = (await Deno.readTextFile(`${ROOT}/${path}`)).split("\n");
    for (const [i, line] of lines.entries()) {
      if (!/^\s*(?:\/\/|\/\*|[*#] )/.test(line)) continue;
      comments++;
      const isDirective = line.includes("// deno-lint-ignore");
      if (line.length > MOST_CHARS && !isDirective) {
        wide.push(`${path}:${i + 1}`);
      }
    }
  }
  assert(comments > 10_000);
  assertEquals(wide, []);
});

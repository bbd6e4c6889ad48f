// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { eventWorkspace } from "../../../src/ingest/workspace.ts";

/** Each one may be overruled by those before it. */
const sources = [
  "--workspace",
  "KAIZEN_WORKSPACE",
  "CLAUDE_PROJECT_DIR",
  "CURSOR_PROJECT_DIR",
  "payload",
  "cwd",
] as const;

for (const [i, source] of sources.entries()) {
  Deno.test(`eventWorkspace() goes by ${source} if nothing before it is there`, () => {
    const root = Deno.realPathSync(Deno.makeTempDirSync());
    try {
      for (const name of sources) {
        Deno.mkdirSync(`${root}/${name}/.git`, { recursive: true });
        Deno.mkdirSync(`${root}/${name}/sub`);
      }
      const given = new Set<string>(sources.slice(i));
      const path = (name: string) =>
        given.has(name) ? `${root}/${name}/sub` : undefined;
      const found = eventWorkspace({
        workspace: path("--workspace"),
        hint: path("payload") ?? null,
      }, { env: path, cwd: () => `${root}/cwd/sub` });
      assertEquals(found, `${root}/${source}`);
    } finally {
      Deno.removeSync(root, { recursive: true });
    }
  });
}

const named: [workspace: string | undefined, cwd: string, found: string][] = [
  ["/gone/for/good", "/", "/gone/for/good"],
  ["sub", "/gone", "/gone/sub"],
  [undefined, "/gone/away", "/gone/away"],
];

for (const [workspace, cwd, found] of named) {
  Deno.test(`eventWorkspace() finds ${found} from ${workspace} in ${cwd}`, () => {
    const context = { env: () => undefined, cwd: () => cwd };
    assertEquals(eventWorkspace({ workspace, hint: null }, context), found);
  });
}

Deno.test("eventWorkspace() finds something where there is no directory", () => {
  const cwd = () => {
    throw new Deno.errors.NotFound();
  };
  const context = { env: () => undefined, cwd };
  assertEquals(eventWorkspace({ hint: null }, context), "/");
});

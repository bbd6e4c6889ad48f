// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import type { AgentName } from "../../../src/agents/mod.ts";
import { eventWorkspace } from "../../../src/ingest/workspace.ts";

/** The sources that may name the directory; an earlier one overrules a later one. */
const order = (variable: string) => [
  "--workspace",
  "KAIZEN_WORKSPACE",
  variable,
  "payload",
  "cwd",
];

const variables: [agent: AgentName, variable: string][] = [
  ["claude", "CLAUDE_PROJECT_DIR"],
  ["cursor", "CURSOR_PROJECT_DIR"],
  ["gemini", "GEMINI_PROJECT_DIR"],
];

for (const [agent, variable] of variables) {
  const sources = order(variable);
  for (const [i, source] of sources.entries()) {
    Deno.test(`eventWorkspace() uses ${source} for ${agent} if no earlier source is there`, () => {
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
          workspaceHint: path("payload") ?? null,
          agent,
        }, { env: path, cwd: () => `${root}/cwd/sub` });
        assertEquals(found, `${root}/${source}`);
      } finally {
        Deno.removeSync(root, { recursive: true });
      }
    });
  }
}

/** An agent that another one started has inherited all of these. */
const INHERITED: Readonly<Record<string, string>> = {
  CLAUDE_PROJECT_DIR: "/by/claude",
  CURSOR_PROJECT_DIR: "/by/cursor",
  GEMINI_PROJECT_DIR: "/by/gemini",
};

const nested: [agent: AgentName, hint: string | null, found: string][] = [
  ["claude", "/payload", "/by/claude"],
  ["cursor", "/payload", "/by/cursor"],
  ["gemini", "/payload", "/by/gemini"],
  ["codex", "/payload", "/payload"],
  ["copilot", "/payload", "/payload"],
  ["openclaw", null, "/cwd"],
  ["vibe", "/payload", "/payload"],
];

for (const [agent, workspaceHint, found] of nested) {
  Deno.test(`eventWorkspace() finds ${found} for ${agent} among the variables of all agents`, () => {
    const context = {
      env: (name: string) => INHERITED[name],
      cwd: () => "/cwd",
    };
    assertEquals(eventWorkspace({ agent, workspaceHint }, context), found);
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
    const place = { workspace, workspaceHint: null, agent: "claude" } as const;
    assertEquals(eventWorkspace(place, context), found);
  });
}

Deno.test("eventWorkspace() returns a path even if there is no directory", () => {
  const cwd = () => {
    throw new Deno.errors.NotFound();
  };
  const context = { env: () => undefined, cwd };
  const place = { workspaceHint: null, agent: "claude" } as const;
  assertEquals(eventWorkspace(place, context), "/");
});

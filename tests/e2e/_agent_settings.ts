// SPDX-License-Identifier: AGPL-3.0-or-later
/** The settings of each agent, read and run as the agent does. */
import { assertEquals } from "@std/assert";
import type { Home } from "./harness.ts";

/** An agent's hook as its settings have it: a program with arguments, or a line for a shell. */
export interface Hook {
  event: string;
  command: string;
  args?: string[];
}

/** An event as an agent sends it. */
export interface Line {
  agent: string;
  event: string;
  payload: Record<string, unknown>;
}

/** Events of all agents. */
export const lines: Line[] = Deno.readTextFileSync(
  new URL("../fixtures/agent_hooks.jsonl", import.meta.url),
).trimEnd().split("\n").map((line) => JSON.parse(line));

/** The hooks of Claude's, Codex's and Gemini's settings, which have the same shape. */
function readSettings(json: string): Hook[] {
  const { hooks }: {
    hooks: Record<string, { hooks: Omit<Hook, "event">[] }[]>;
  } = JSON.parse(json);
  return Object.entries(hooks).flatMap(([event, groups]) =>
    groups.flatMap((group) => group.hooks.map((hook) => ({ event, ...hook })))
  );
}

function readCursor(json: string): Hook[] {
  const { hooks }: { hooks: Record<string, { command: string }[]> } = JSON
    .parse(json);
  return Object.entries(hooks).flatMap(([event, list]) =>
    list.map(({ command }) => ({ event, command }))
  );
}

function readCopilot(json: string): Hook[] {
  const { hooks }: { hooks: Record<string, { bash: string }[]> } = JSON
    .parse(json);
  return Object.entries(hooks).flatMap(([event, list]) =>
    list.map(({ bash }) => ({ event, command: bash }))
  );
}

function readVibe(toml: string): Hook[] {
  return toml.split("[[hooks]]").slice(1).map((table) => ({
    event: /^type = "(.*)"$/m.exec(table)?.[1] ?? "",
    command: JSON.parse(/^command = (".*")$/m.exec(table)?.[1] ?? '""'),
  }));
}

/** How an agent reads its settings. */
export interface SettingsAgent {
  /** As the fixtures call it. */
  name: string;
  language: string;
  read(code: string): Hook[];
  /** The command line that the agent makes of a hook. */
  line(hook: Hook): string[];
}

const shell = (path: string, flag: string) => ({ command, args }: Hook) => {
  assertEquals(args, undefined);
  return [path, flag, command];
};

/** The agents by their names in the pages. */
export const agents: Record<string, SettingsAgent> = {
  "Claude Code": {
    name: "claude-code",
    language: "json",
    read: readSettings,
    line: ({ command, args }) =>
      args === undefined ? ["/bin/sh", "-c", command] : [command, ...args],
  },
  Codex: {
    name: "codex",
    language: "json",
    read: readSettings,
    line: shell("/bin/sh", "-lc"),
  },
  Cursor: {
    name: "cursor",
    language: "json",
    read: readCursor,
    line: shell("/bin/sh", "-c"),
  },
  "Gemini CLI": {
    name: "gemini",
    language: "json",
    read: readSettings,
    line: shell("/bin/sh", "-c"),
  },
  "Copilot CLI": {
    name: "copilot",
    language: "json",
    read: readCopilot,
    line: shell("/bin/sh", "-c"),
  },
  Vibe: {
    name: "vibe",
    language: "toml",
    read: readVibe,
    line: shell("/bin/sh", "-c"),
  },
};

/** How many events are stored; none may have got stuck. */
export async function countStored(home: Home): Promise<number> {
  await home.run(["spool", "flush"]);
  const { stdout } = await home.run(["store", "stats", "--json"]);
  const status = await home.run(["spool", "status", "--json"]);
  const { pending, rejected, failures } = JSON.parse(status.stdout);
  assertEquals([pending, rejected, failures], [0, 0, 0], status.stdout);
  return JSON.parse(stdout).events;
}

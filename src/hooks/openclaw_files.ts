// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The folder of OpenClaw's hook. OpenClaw runs no commands but code inside its gateway, so the code
 * starts the program, and waits for nothing.
 * @module
 */
import { parentOf } from "../context/mod.ts";

/** Both files of the folder by their names. */
export interface OpenclawFiles {
  "HOOK.md": string;
  "handler.ts": string;
}

const PROGRAM_LINE = /^const PROGRAM = (".*");$/m;

/** Makes the files for a program and the keys of the events. */
export function makeOpenclawFiles(
  program: string,
  events: readonly string[],
): OpenclawFiles {
  const metadata = JSON.stringify({ openclaw: { events } });
  return {
    "HOOK.md": `---
name: kaizen
description: "Records events with kaizen. Written by kaizen hooks install openclaw."
metadata: ${metadata}
---

# kaizen

Passes each event to \`kaizen ingest hook\`, and changes nothing.
`,
    "handler.ts": `// Written by kaizen hooks install openclaw.
import { spawn } from 'node:child_process';

const PROGRAM = ${JSON.stringify(program)};
/** A recorder that takes longer than this is ended. */
const TIMEOUT_MS = 5000;

// Only observes. The gateway does not wait for the program: each event has its own time.
export default async (event) => {
  try {
    const home = \`\${process.env.HOME}/.openclaw/workspace\`;
    const workspace = event.context?.workspaceDir ?? home;
    const child = spawn(
      PROGRAM,
      ["ingest", "hook", "--source", "openclaw", "--workspace", workspace],
      { stdio: ["pipe", "ignore", "ignore"], timeout: TIMEOUT_MS },
    );
    child.on("error", () => {});
    child.stdin.on("error", () => {});
    child.stdin.end(JSON.stringify(event));
  } catch {
    // The event is not recorded, and nothing else happens.
  }
};
`,
  };
}

/** Returns the program of a handler of ours; null if it is another handler. */
export function readOpenclawProgram(handler: string): string | null {
  const [, quoted] = PROGRAM_LINE.exec(handler) ?? [];
  if (quoted === undefined || !handler.startsWith("// Written by kaizen")) {
    return null;
  }
  const program: unknown = JSON.parse(quoted);
  return typeof program === "string" ? program : null;
}

/** Whether a handler that is not ours starts kaizen. */
export function isOtherHandler(handler: string): boolean {
  return readOpenclawProgram(handler) === null &&
    /kaizen"?,\s*\[\s*"ingest",\s*"hook"/.test(handler);
}

/** Returns the path of the handler beside a `HOOK.md`. */
export function handlerOf(path: string): string {
  return `${parentOf(path)}/handler.ts`;
}

/** Returns the path of the handler that kaizen-cli installs. */
export function theirHandler(path: string): string {
  return `${parentOf(parentOf(path))}/kaizen-events/handler.ts`;
}

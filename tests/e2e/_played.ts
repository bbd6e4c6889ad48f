// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Plays conversations to the real program: by hooks, by the spool, or by its socket.
 * @module
 */
import { assertEquals } from "@std/assert";
import { encodeRequest } from "../../src/proto/mod.ts";
import { Spool } from "../../src/spool/mod.ts";
import { printTimed, toRequest } from "../driver/deliver.ts";
import type { Hook } from "../driver/mod.ts";
import { ask } from "./_socket.ts";
import type { Home, RunOptions } from "./harness.ts";

/** Runs the hooks as their agents would: a process each, one after another. */
export async function runHooks(
  home: Home,
  hooks: readonly Pick<Hook, "source" | "fields" | "folder" | "tsMs">[],
  env: RunOptions["env"] = {},
): Promise<void> {
  for (const hook of hooks) {
    const { code, stdout, stderr } = await home.run(
      ["ingest", "hook", "--source", hook.source],
      { stdin: printTimed(hook), cwd: hook.folder, env },
    );
    assertEquals([code, stdout, stderr], [0, "", ""]);
  }
}

/** Sends what the hooks would send, without a process each. */
export async function sendHooks(
  home: Home,
  hooks: readonly Hook[],
): Promise<void> {
  for (const hook of hooks) {
    const { text } = await ask(home.socket, toRequest(hook));
    assertEquals(text, '{"type":"ack","message":"ingested"}');
  }
}

/** Lays what the hooks would send into the spool. */
export function spoolHooks(home: Home, hooks: readonly Hook[]): void {
  const spool = new Spool({
    folder: `${home.home}/spool`,
    env: () => undefined,
  });
  for (const hook of hooks) spool.append(encodeRequest(toRequest(hook)));
}

/** Delivers what the spool still holds. */
export async function flush(home: Home): Promise<void> {
  const { code, stderr } = await home.run(["spool", "flush"]);
  assertEquals([code, stderr], [0, ""]);
}

/** Returns the JSON that a command of the program prints. */
export async function readJson(
  home: Home,
  ...args: string[]
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await home.run([...args, "--json"]);
  assertEquals([code, stderr], [0, ""], args.join(" "));
  return JSON.parse(stdout);
}

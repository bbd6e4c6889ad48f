// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The event of a git hook.
 * @module
 */
import { shellAgent } from "../agents/mod.ts";
import { buildEvent } from "../complete/mod.ts";
import type { Context } from "../context/mod.ts";
import { encodeJson } from "../proto/mod.ts";
import { readChanges, readCommit, repositoryTop } from "./git.ts";
import { hookDeadline } from "./hook_deadline.ts";
import type { HookText } from "./hook_input.ts";
import type { HookWords } from "./hook_words.ts";

/** Hooks that get data on stdin. The stdin of others is not read. */
const READERS: ReadonlySet<string> = new Set(["post-rewrite", "pre-push"]);
/** Maximum number of bytes of stdin to keep. */
const MAX_STDIN_BYTES = 64 * 1024;

/** An event and its workspace. */
export interface GitEvent {
  bytes: Uint8Array;
  workspace: string;
  deadlineMs: number;
}

/**
 * Builds the event of a git hook.
 *
 * @param readStdin Reads all of stdin, within its timeout.
 * @throws {TypeError} If no hook is named.
 */
export async function gitEvent(
  words: HookWords,
  readStdin: () => Promise<HookText>,
  context: Pick<Context, "env" | "cwd">,
): Promise<GitEvent> {
  const [hook, ...args] = words.rest;
  if (hook === undefined) throw new TypeError("no git hook is named");
  const stdin = READERS.has(hook) ? (await readStdin()).bytes : null;
  const deadlineMs = hookDeadline();
  const workspace = repositoryTop(context);
  const [commit, changes] = await Promise.all([
    readCommit(context),
    readChanges(hook, args, context),
  ]);
  const git = {
    hook,
    args,
    ...commit,
    ...changes,
    // Tells the commit of an agent from that of a person beside it.
    agent: shellAgent(context.env),
    stdin: stdin &&
      new TextDecoder().decode(stdin.subarray(0, MAX_STDIN_BYTES)),
  };
  const bytes = buildEvent({
    source: words.source,
    event: hook,
    session: words.session ?? context.env("KAIZEN_SESSION") ??
      `git:${workspace}`,
    members: [
      ["cwd", encodeJson(workspace)],
      ["git", encodeJson(git)],
    ],
  });
  return { bytes, workspace, deadlineMs };
}

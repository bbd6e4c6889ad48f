// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Completion scripts, and the session ids that they offer.
 * @module
 */
import { ask } from "../../client/mod.ts";
import { escapeLine, formatAgo } from "../../output/mod.ts";
import { clientOptions } from "../ask/ask.ts";
import type { Run } from "../shell/cli.ts";
import { type CommandSpec, readSpec } from "./completion_spec.ts";
import { readPlace } from "../ask/place.ts";
import { printLines, printText } from "../shell/print.ts";
import type { CompletionsOptions } from "./options.ts";
import type { Shell } from "./shells.ts";

/** Timeout in milliseconds: a user waits for the completion. */
const IDS_TIMEOUT_MS = 500;
/** Maximum number of ids to offer. */
const MAX_IDS = 200;
/**
 * Ids that every shell reads as one plain word, as a completion becomes part of a command line.
 * After `=` and `:` bash may take `~` for a home.
 */
const PLAIN_ID = /^[\w.:@/+](?:[\w.:@%+=,/-]|(?<![=:])~)*$/;

/** Prints the completion script of a shell. */
export async function runCompletions(
  { shell, root }: CompletionsOptions,
  run: Run,
): Promise<void> {
  const render = await loadShell(shell);
  await printText(run, render(readSpec(root)));
}

async function loadShell(
  shell: Shell,
): Promise<(commands: readonly CommandSpec[]) => string> {
  switch (shell) {
    case "bash":
      return (await import("./completions_bash.ts")).renderBash;
    case "zsh":
      return (await import("./completions_zsh.ts")).renderZsh;
    case "fish":
      return (await import("./completions_fish.ts")).renderFish;
  }
}

/**
 * Prints the session ids of the current workspace, one per line with a description after a tab.
 * Prints nothing if no daemon answers in time.
 */
export async function runCompletionIds(run: Run): Promise<void> {
  const place = readPlace({}, run);
  if (place.kind !== "workspace") return;
  try {
    const { rows } = await ask(
      {
        type: "list_sessions",
        workspace: place.path,
        filter: {},
        offset: 0,
        limit: MAX_IDS,
      },
      clientOptions(run, IDS_TIMEOUT_MS),
    );
    await printLines(
      run,
      rows.filter(({ id }) => PLAIN_ID.test(id)).map((row) => {
        const { id, agent, status, started_at_ms } = row;
        const ago = formatAgo(started_at_ms, run.context.now());
        return `${id}\t${escapeLine(`${agent}, ${status}, ${ago}`)}`;
      }),
    );
  } catch {
    // A message would disturb the command line that the user is typing.
  }
}

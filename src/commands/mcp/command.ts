// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen mcp`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import type { GlobalFlags } from "../shell/settings.ts";

function declare(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Serve the Model Context Protocol on stdin and stdout.\n" +
        "An agent that runs this can read what it and other agents did: sessions, events, the status. It cannot change anything, and secrets of well-known forms are replaced.",
    )
    .example("Serve the agent that runs this", "kaizen mcp")
    .action((flags) => {
      cli.choose(flags, async (run) => {
        const { runMcp } = await import("./run.ts");
        await runMcp(run);
      }, { textByDefault: true, starts: true });
    });
}

/** Makes the command `kaizen mcp`. */
export function makeMcp(cli: Cli): ReturnType<typeof declare> {
  return declare(cli);
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen blame`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { wordType } from "../shell/value_types.ts";

function declare(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Show which session wrote the lines of a file.\n" +
        "Prints the session, the prompt and the cost of the commits that git blame names. " +
        "Needs the hooks of git (kaizen hooks install git). Lines without a session were written by a person, or by an agent that is not recorded.",
    )
    .example("Show who wrote line 42", "kaizen blame src/main.ts:42")
    .example("Show who wrote a file", "kaizen blame src/main.ts")
    .type("word", wordType)
    .arguments("<file:word>")
    .action((flags, file) => {
      cli.choose(flags, async (run) => {
        const { runBlame } = await import("./run.ts");
        await runBlame(file, run);
      }, { starts: true });
    });
}

/** Makes the command `kaizen blame`. */
export function makeBlame(cli: Cli): ReturnType<typeof declare> {
  return declare(cli);
}

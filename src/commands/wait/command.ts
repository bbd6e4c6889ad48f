// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen wait`.
 * @module
 */
import { type ArgumentValue, Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import { LOOK_OPTIONS } from "../shell/place_options.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { pick, wordType } from "../shell/value_types.ts";
import { OUTCOMES, type SessionOutcome } from "./options.ts";

const NAMES = ["idle", "needs", "ended", "failed"] as const;

/** Parses a list of outcomes, with commas between them. */
function outcomesType(arg: ArgumentValue): SessionOutcome[] {
  return arg.value.split(",").map((value) => pick({ ...arg, value }, NAMES));
}

/** Makes the command `kaizen wait`. */
// deno-lint-ignore explicit-module-boundary-types -- the written type would be as long as the function
export function makeWait(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Wait until a session needs you or has come to rest.\n" +
        "ID is the id of a session, a unique prefix of one, or @latest, which is the default. " +
        `The exit code says which: ${OUTCOMES.idle} idle, ${OUTCOMES.needs} needs you, ${OUTCOMES.ended} ended, ${OUTCOMES.failed} its turn failed. ` +
        "--timeout is the longest time to wait.",
    )
    .example("Wait for the newest session of this workspace", "kaizen wait")
    .example(
      "Get a notification when it needs you",
      "kaizen wait @latest --until needs --exec 'notify-send \"$KAIZEN_WAIT_SUMMARY\"'",
    )
    .example(
      "Run the tests when it is done, at most an hour from now",
      "kaizen wait --until idle,ended --timeout 1h --exec 'make test'",
    )
    .type("word", wordType)
    .type("outcomes", outcomesType)
    .arguments("[id:word]")
    .option(...LOOK_OPTIONS.workspace)
    .option(...LOOK_OPTIONS.project)
    .option(
      "--until <outcomes:outcomes>",
      "Wait only for these, with commas between them: idle, needs, ended, failed (default: all)",
    )
    .option(
      "--exec <command:word>",
      "Run the shell command COMMAND at the end, with facts about the session in KAIZEN_WAIT_* variables (default: none)",
    )
    .action((options, id) => {
      const { workspace, project, until, exec, timeout, ...flags } = options;
      cli.choose(flags, async (run) => {
        const { runWait } = await import("./run.ts");
        const { readPlace } = await import("../ask/place.ts");
        return await runWait({
          id: id ?? "@latest",
          place: readPlace({ workspace, project }, run),
          until: until ?? NAMES,
          timeoutMs: timeout ?? null,
          exec: exec ?? null,
        }, run);
      }, { starts: true });
    });
}

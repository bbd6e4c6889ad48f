// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen --version`.
 * @module
 */
import type { Cli } from "../shell/cli.ts";
import { givenFormat } from "../shell/given_words.ts";

/** Chooses to print the versions. */
export function chooseVersion(cli: Cli): void {
  const format = givenFormat(cli.context.args);
  const isJson = format === "json" || format === "ndjson";
  cli.choose(isJson ? { json: true } : {}, async (run) => {
    const { runVersion } = await import("./run.ts");
    await runVersion(run);
  }, { textByDefault: true });
}

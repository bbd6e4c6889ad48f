// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen --version`.
 * @module
 */
import type { Cli } from "../shell/cli.ts";

/** Chooses to print the versions. */
export function chooseVersion(cli: Cli): void {
  const isJson = cli.context.args.includes("--json");
  cli.choose(isJson ? { json: true } : {}, async (run) => {
    const { runVersion } = await import("./run.ts");
    await runVersion(run);
  }, { textByDefault: true });
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen --version`.
 * @module
 */
import type { Cli } from "../shell/cli.ts";

/** Makes the versions be printed. */
export function chooseVersion(cli: Cli): void {
  const isJson = cli.context.args.includes("--json");
  cli.choose(isJson ? { json: true } : {}, async (run) => {
    const { runVersion } = await import("./run.ts");
    await runVersion(run);
  }, { textByDefault: true });
}

// SPDX-License-Identifier: AGPL-3.0-or-later
import { runDeno } from "../../../scripts/lib/project.ts";

/**
 * Bundles one file, so that Deno's cache holds esbuild afterwards.
 *
 * @param from Path of a module.
 * @param to Path of the bundle.
 * @returns The exit code.
 */
export async function bundleFile(from: string, to: string): Promise<number> {
  return await runDeno([
    "bundle",
    "-q",
    "--no-config",
    "--no-lock",
    `--output=${to}`,
    from,
  ]);
}

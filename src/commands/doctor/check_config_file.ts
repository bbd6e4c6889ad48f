// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks at the user's `config.toml`.
 * @module
 */
import { CONFIG_FILE, ConfigError, readConfig } from "../../privacy/mod.ts";
import type { Run } from "../shell/cli.ts";
import type { Report } from "./finding.ts";

/** Checks that the rules can be used. A home without the file is nothing to report. */
export async function checkConfigFile(
  report: Report,
  { settings }: Run,
): Promise<void> {
  const path = `${settings.paths().home}/${CONFIG_FILE}`;
  try {
    const config = await readConfig(settings.paths().home);
    if (config !== null) report.ok(path);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    report.fault(error.message, `correct ${path}`);
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks at the user's `config.toml`.
 * @module
 */
import { currentDirectory } from "../../context/mod.ts";
import {
  CONFIG_FILE,
  ConfigError,
  EventFilter,
  forgetDeleted,
  readConfig,
} from "../../privacy/mod.ts";
import { currentWorkspace } from "../ask/place.ts";
import type { Run } from "../shell/cli.ts";
import type { Report } from "./finding.ts";

/**
 * Checks that the rules can be used, and tells if they exclude the current workspace. A home
 * without the file is nothing to report.
 */
export async function checkConfigFile(
  report: Report,
  run: Run,
): Promise<void> {
  const { home } = run.settings.paths();
  const path = `${home}/${CONFIG_FILE}`;
  try {
    const config = await readConfig(home);
    if (config === null) return forgetDeleted(home);
    report.ok(path);
    if (currentDirectory(run.context) === null) return;
    const filter = new EventFilter(
      config.rules,
      run.context.env("HOME") ?? "/",
    );
    const workspace = currentWorkspace(run);
    const pattern = filter.whichExcludes(workspace);
    if (pattern === null) return;
    report.note(
      `No event of ${workspace} is recorded: "${pattern}" excludes it`,
    );
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    report.fault(error.message, `correct ${path}`);
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Secrets in what is made for another program or another person.
 * @module
 */
import { ConfigError, readConfig } from "./config.ts";
import { makeRedactor, type Redactor } from "./redact.ts";

/**
 * Makes the redactor of traces, of columns and of answers to agents. It leaves texts as they are if
 * the user's `config.toml` says so; with a mistake in that file it redacts.
 *
 * @param home Absolute path.
 */
export async function makeExportRedactor(home: string): Promise<Redactor> {
  return await redactsExports(home) ? makeRedactor() : (text) => text;
}

/**
 * Whether secrets are replaced in traces, in columns and in answers to agents.
 *
 * @param home Absolute path.
 */
export async function redactsExports(home: string): Promise<boolean> {
  try {
    return (await readConfig(home))?.redactsExports ?? true;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return true;
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds ccusage, the program that tests/interop compares token counts with.
 * @module
 */
import { REFERENCE_FOLDER } from "./reference.ts";

/** The version that is compared with. Version 18 counts the first record of a streamed message. */
export const CCUSAGE_VERSION = "20.0.24";
/** The packages: the program itself is in the one of the platform. */
export const CCUSAGE_PACKAGES: readonly string[] = [
  `ccusage@${CCUSAGE_VERSION}`,
  `@ccusage/ccusage-linux-x64@${CCUSAGE_VERSION}`,
];
/** Folder in which `scripts/interop --install-ccusage` installs them. */
export const CCUSAGE_FOLDER = `${REFERENCE_FOLDER}/ccusage`;
/** Path of the installed program. */
export const CCUSAGE_PROGRAM =
  `${CCUSAGE_FOLDER}/node_modules/@ccusage/ccusage-linux-x64/bin/ccusage`;

/** The reason why there is nothing to compare with. */
export const NO_CCUSAGE =
  "there is no ccusage to compare with: KAIZEN_CCUSAGE names none, and scripts/interop --install-ccusage was not run";

/**
 * Returns the absolute path of ccusage's program: the one that `KAIZEN_CCUSAGE` names, else the
 * installed one.
 *
 * @returns `null` if there is none.
 */
export async function findCcusage(
  env: (name: string) => string | undefined,
): Promise<string | null> {
  const path = env("KAIZEN_CCUSAGE") || CCUSAGE_PROGRAM;
  try {
    return (await Deno.stat(path)).isFile ? path : null;
  } catch {
    return null;
  }
}

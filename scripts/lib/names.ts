// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Lists of names in the text of a module.
 * @module
 */

/** Returns the names between the braces of an import or export: `a, b as c`. */
export function splitNames(names: string): string[] {
  return names.split(",").map((name) => name.trim()).filter((name) =>
    name !== ""
  );
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The Homebrew formula of a release.
 * @module
 */

/** Facts of a release. */
export interface ReleaseFacts {
  version: string;
  /** Address of the project, below which its releases are. */
  url: string;
  /** Text of `SHA256SUMS`. */
  sums: string;
}

/**
 * Puts the facts of a release into the formula.
 *
 * @param template Text with `@VERSION@` and `@URL@`, and with `@SHA256 NAME@` for the file NAME.
 * @throws {TypeError} If a file of the formula has no checksum.
 */
export function fillFormula(
  template: string,
  { version, url, sums }: ReleaseFacts,
): string {
  const known = new Map(
    sums.split("\n").filter((line) => line !== "").map((line) => {
      const [sum = "", name = ""] = line.split(/\s+/);
      return [name, sum];
    }),
  );
  return template.replaceAll("@VERSION@", version).replaceAll("@URL@", url)
    .replaceAll(/@SHA256 ([\w.-]+)@/g, (_, name: string) => {
      const sum = known.get(name);
      if (sum !== undefined) return sum;
      throw new TypeError(`Cannot fill formula: ${name} has no checksum`);
    });
}

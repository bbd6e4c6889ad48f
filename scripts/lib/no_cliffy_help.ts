// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Stands for the help that @cliffy/command would print by itself: the program lays its help out itself, so a bundle leaves that one
 * out, with the tables and colors it brings, two fifths of the package.
 * @module
 */

/** See `help/_help_generator.ts` of @cliffy/command. */
export class HelpGenerator {
  /** @throws {Error} Always: every command has a help of ours. */
  static generate(): string {
    throw new Error("This command has no help of its own");
  }
}

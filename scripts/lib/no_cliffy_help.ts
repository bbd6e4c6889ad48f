// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Replaces the help generator of @cliffy/command in a bundle. The program prints its own help, so
 * the bundle does without that generator and the tables and colors it imports: two fifths of the
 * package.
 * @module
 */

/** Replaces `help/_help_generator.ts` of @cliffy/command. */
export class HelpGenerator {
  /** @throws {Error} Always: the program's own help handler covers every command. */
  static generate(): string {
    throw new Error("This command has no help of its own");
  }
}

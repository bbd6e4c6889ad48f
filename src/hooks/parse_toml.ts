// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads the TOML of an agent's file.
 * @module
 */
import { parse, TomlError } from "smol-toml";
import { AgentFileError } from "./errors.ts";

/** The parser takes the square of the length of a key with many dots, in characters. */
const MAX_CHARACTERS = 256 * 1024;

/**
 * Parses a text.
 *
 * @param added The subject of the message, such as `hooks`.
 * @throws {AgentFileError} If the text is no TOML, or too long.
 */
export function parseToml(
  text: string,
  added: string,
): Record<string, unknown> {
  if (text.length > MAX_CHARACTERS) {
    throw new AgentFileError(
      `it must have <= ${MAX_CHARACTERS} characters: it has ${text.length}`,
    );
  }
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ""] = error.message.split("\n");
    throw new AgentFileError(
      `it is no TOML that ${added} can be added to: ${reason} in line ${error.line}`,
    );
  }
}

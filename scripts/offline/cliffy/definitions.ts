// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Argument } from "./types.ts";

/** Names and arguments, as they stand in a definition. */
export interface Definition {
  names: string[];
  arguments: string;
}

/**
 * Parts `-o, --output <format:type>` into names and arguments.
 *
 * @throws {TypeError} If it uses what the stand-in leaves out.
 */
export function splitDefinition(text: string): Definition {
  const at = text.search(/[<[]/);
  const names = (at === -1 ? text : text.slice(0, at)).trim();
  if (/=$/.test(names)) throw unsupported(text, "an equals sign");
  return {
    names: names.split(/[, ] */),
    arguments: at === -1 ? "" : text.slice(at).trim(),
  };
}

/**
 * Reads `<a:type> [b] [c...]`.
 *
 * @throws {TypeError} If it uses what the stand-in leaves out, or a required argument follows an optional one.
 */
export function readArguments(
  text: string,
  descriptions: readonly string[] = [],
): Argument[] {
  const found = text.split(/ +/).filter((raw) => raw !== "").map((raw, i) =>
    readArgument(raw, descriptions[i])
  );
  for (const [i, argument] of found.entries()) {
    const before = found[i - 1];
    if (before?.variadic || (before?.optional && !argument.optional)) {
      throw unsupported(text, `${argument.raw} behind ${before.raw}`);
    }
  }
  return found;
}

function readArgument(raw: string, description?: string): Argument {
  const match = /^[<[](\.\.\.)?([^:.\]>]+)(\.\.\.)?(?::([^:\]>]+))?[\]>]$/
    .exec(raw);
  const name = match?.[2];
  if (match === null || name === undefined) throw unsupported(raw, "its form");
  const type = match[4] ?? "string";
  return {
    name,
    type,
    action: type,
    raw,
    optional: raw.startsWith("["),
    variadic: match[1] !== undefined || match[3] !== undefined,
    ...(description === undefined ? {} : { description }),
  };
}

/** Returns the error for a part of the real API that the stand-in leaves out. */
export function unsupported(what: string, because: string): TypeError {
  return new TypeError(
    `Cannot declare "${what}" with the offline stand-in as it leaves out ${because}`,
  );
}

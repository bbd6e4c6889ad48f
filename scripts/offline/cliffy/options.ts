// SPDX-License-Identifier: AGPL-3.0-or-later
import { readArguments, splitDefinition, unsupported } from "./definitions.ts";
import { isNamed } from "./node.ts";
import type { Action, Option } from "./types.ts";

/**
 * Reads `-o, --output <format:type>` and what it is for.
 *
 * @throws {TypeError} If it uses what the stand-in leaves out.
 */
export function readOption(flags: string, description: string): Option {
  const definition = splitDefinition(flags);
  const args = readArguments(definition.arguments);
  const long = definition.names.find((name) => name.startsWith("--"));
  if (long === undefined) {
    throw unsupported(flags, "options without a long name");
  }
  if (args.length > 1 || args[0]?.optional || args[0]?.variadic) {
    throw unsupported(flags, "optional and several values");
  }
  return {
    name: long.slice(2),
    aliases: definition.names.filter((name) => name !== long).map((name) =>
      name.replace(/^--?/, "")
    ),
    flags: definition.names,
    description,
    typeDefinition: definition.arguments,
    args,
  };
}

/** Reads an option that is given alone and acts instead of the command. */
export function standaloneOption(
  flags: string,
  description: string,
  action: Action,
): Option {
  return {
    ...readOption(flags, description),
    standalone: true,
    action,
  };
}

/**
 * Refuses an option that does not go with those already there, or does so in a way best avoided.
 *
 * @throws {TypeError} If it does not.
 */
export function refuseDoubtful(
  option: Option,
  others: readonly Option[],
): void {
  const flags = option.flags.join(", ");
  const isTaken = (name: string) =>
    others.some((other) => isNamed(other, name));
  if (option.collect && option.default !== undefined) {
    throw unsupported(flags, "a default of a collected option");
  }
  const opposite = option.name.startsWith("no-")
    ? option.name.slice(3)
    : `no-${option.name}`;
  if (isTaken(opposite)) {
    throw unsupported(flags, "an option beside its opposite");
  }
  if ([option.name, ...option.aliases ?? []].some(isTaken)) {
    throw unsupported(flags, "a second option of the same name");
  }
}

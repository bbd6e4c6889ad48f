// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Hooks of Vibe, whose file is TOML. Ours are a part of their own at its end, so that no other byte
 * changes; a parser only checks that the file is valid before and after.
 * @module
 */
import { stringify } from "smol-toml";
import { putMarkedPart } from "./marked_part.ts";
import { parseToml } from "./parse_toml.ts";

/** A hook in the file. */
export interface TomlHook {
  event: string;
  command: string;
}

/**
 * Lists the hooks.
 *
 * @throws {AgentFileError} If the text is no TOML.
 */
export function listTomlHooks(text: string): TomlHook[] {
  const { hooks }: { hooks?: unknown } = parseToml(text, "hooks");
  if (!Array.isArray(hooks)) return [];
  return hooks.flatMap((hook) => {
    const { type, command } = Object(hook);
    return typeof type === "string" && typeof command === "string"
      ? [{ event: type, command }]
      : [];
  });
}

/**
 * Adds hooks at the end, or puts them in the place of ours.
 *
 * @throws {AgentFileError} If the text is no TOML, or its list of hooks cannot be continued.
 */
export function putTomlHooks(text: string, hooks: readonly unknown[]): string {
  parseToml(text, "hooks");
  const part = hooks.map((hook) => stringify({ hooks: [hook] }).trim());
  const grown = putMarkedPart(text, `${part.join("\n\n")}\n`, "toml");
  parseToml(grown, "hooks");
  return grown;
}

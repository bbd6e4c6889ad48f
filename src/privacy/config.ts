// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The file `config.toml` in the home. The user writes it; kaizen only reads it.
 * @module
 */
import {
  errorMessage,
  HomeError,
  parseDuration,
  readOwnFile,
  UsageError,
} from "../context/mod.ts";

/** Name of the file in the home. */
export const CONFIG_FILE = "config.toml";
/** A larger file is refused, in bytes. A rule takes about 30 bytes. */
const MAX_CONFIG_BYTES = 64 * 1024;
/** A shorter time would delete sessions that are still in use, in milliseconds. */
const MIN_KEEP_MS = 3_600_000;

/** Longest pattern, in characters; no path that people write is as long. */
const MAX_PATTERN = 1024;

/** The payloads that are not recorded. Patterns are globs; see `compilePathGlob`. */
export interface Rules {
  /** Folders. No event of a workspace in one of them is recorded. */
  workspaces: string[];
  /** Names of tools. */
  tools: string[];
  /** Paths that a call names. */
  paths: string[];
  /** Remove secrets from payloads before they are recorded. */
  redact: boolean;
}

/** The user's wishes. */
export interface Config {
  /** Sessions without activity for this time are deleted, in milliseconds; null: never. */
  keepMs: number | null;
  /** Replace secrets in traces and in answers to agents. */
  redactsExports: boolean;
  rules: Rules;
}

/** The file cannot be used. The message names the key and says what is allowed. */
export class ConfigError extends Error {
  override get name(): string {
    return "ConfigError";
  }
}

/**
 * Reads the configuration of a home.
 *
 * @param home Absolute path.
 * @returns Null if there is no file.
 * @throws {ConfigError} If the file cannot be read or has anything but the documented keys.
 */
export async function readConfig(home: string): Promise<Config | null> {
  const table = await readConfigTable(home);
  return table === null ? null : checkConfig(table);
}

/**
 * Reads the configuration without checking its keys.
 *
 * @returns What TOML says; null if there is no file.
 * @throws {ConfigError} If the file cannot be read or is no TOML.
 */
export async function readConfigTable(home: string): Promise<unknown> {
  const path = `${home}/${CONFIG_FILE}`;
  const bytes = readBytes(path);
  if (bytes === null) return null;
  const { parse, TomlError } = await import("smol-toml");
  try {
    return parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    // The decoder throws nothing else, and in words of its own.
    const [reason] = error instanceof TypeError
      ? ["it is not UTF-8"]
      : errorMessage(error).split("\n");
    const place = error instanceof TomlError ? ` (line ${error.line})` : "";
    throw new ConfigError(`Cannot read "${path}": ${reason}${place}`);
  }
}

function readBytes(path: string): Uint8Array | null {
  const target = followLink(path);
  try {
    return readOwnFile(target, MAX_CONFIG_BYTES);
  } catch (error) {
    if (!(error instanceof HomeError)) throw error;
    throw new ConfigError(
      target === path
        ? error.message
        : `Cannot read "${path}": ${error.message}`,
    );
  }
}

/** A dotfile manager may put a link here. Its target must be a file of ours as well. */
function followLink(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path; // reading it tells the reason
  }
}

/**
 * Checks what {@linkcode readConfigTable} returned.
 *
 * @throws {ConfigError} If a key is unknown or has a wrong value.
 */
export function checkConfig(value: unknown): Config {
  const table = readTable(value, "the file", ["keep", "exclude", "redact"]);
  const exclude = readTable(table.exclude ?? {}, "exclude", [
    "workspaces",
    "tools",
    "paths",
  ]);
  const redact = readTable(table.redact ?? {}, "redact", [
    "store",
    "exports",
  ]);
  return {
    keepMs: readKeep(table.keep),
    redactsExports: readFlag(redact.exports, "redact.exports", true),
    rules: {
      workspaces: readTexts(exclude.workspaces, "exclude.workspaces"),
      tools: readTexts(exclude.tools, "exclude.tools"),
      paths: readTexts(exclude.paths, "exclude.paths"),
      redact: readFlag(redact.store, "redact.store", false),
    },
  };
}

function readTable(
  value: unknown,
  name: string,
  keys: readonly string[],
): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ConfigError(
      `Cannot use ${CONFIG_FILE} as ${name} must be a table`,
    );
  }
  const table = Object.fromEntries(Object.entries(value));
  const unknown = Object.keys(table).find((key) => !keys.includes(key));
  if (unknown === undefined) return table;
  throw new ConfigError(
    `Cannot use ${CONFIG_FILE} as "${unknown}" is no key of ${name}: known keys are ${
      keys.join(", ")
    }`,
  );
}

function readKeep(value: unknown): number | null {
  if (value === undefined) return null;
  const ms = typeof value === "string" ? durationOf(value) : NaN;
  if (ms >= MIN_KEEP_MS) return ms;
  throw new ConfigError(
    `Cannot use ${CONFIG_FILE} as keep must be a duration of at least 1h, such as "90d"`,
  );
}

function durationOf(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof UsageError) return NaN;
    throw error;
  }
}

function readTexts(value: unknown, name: string): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) {
    const texts = value.filter((text) =>
      typeof text === "string" && text !== "" && text.length <= MAX_PATTERN
    );
    if (texts.length === value.length) return texts;
  }
  throw new ConfigError(
    `Cannot use ${CONFIG_FILE} as ${name} must be a list of patterns, such as ["*.env"]`,
  );
}

function readFlag(value: unknown, name: string, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value === "boolean") return value;
  throw new ConfigError(
    `Cannot use ${CONFIG_FILE} as ${name} must be true or false`,
  );
}

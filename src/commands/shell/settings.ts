// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Global options, resolved: a flag overrides an environment variable, which overrides the default.
 * @module
 */
import type { ColumnFormat } from "../../columns/mod.ts";
import {
  type Context,
  isOn,
  parseDuration,
  type Paths,
  refuseClosed,
  resolvePaths,
  UsageError,
} from "../../context/mod.ts";

/** Formats of records as columns. */
const COLUMN_FORMATS = [
  "csv",
  "arrow",
  "parquet",
] as const satisfies ColumnFormat[];

export const FORMATS = [
  "text",
  "json",
  "ndjson",
  "trace",
  ...COLUMN_FORMATS,
] as const;
/** Output format of results. */
export type Format = typeof FORMATS[number];

/** Whether a format is one of records as columns. */
export function isColumnFormat(format: Format): format is ColumnFormat {
  return COLUMN_FORMATS.some((one) => one === format);
}

/** Paths of the commands that can print a trace: `detail` and its other names. */
const TRACE_COMMANDS = /^kaizen (detail|sessions (show|tree))$/;
/** Paths of the commands that can print columns. */
const COLUMN_COMMANDS = /^kaizen (sessions( list| ls)?|commits|usage|events)$/;

/**
 * Lists the formats that a command can print.
 *
 * @param path The full name, such as `kaizen sessions list`. The format may be written before the
 * command, so the program itself takes all of them.
 */
export function formatsOf(path: string): readonly Format[] {
  return FORMATS.filter((format) =>
    path === "kaizen" ||
    (format === "trace"
      ? TRACE_COMMANDS.test(path)
      : !isColumnFormat(format) || COLUMN_COMMANDS.test(path))
  );
}

export const COLOR_CHOICES = ["auto", "always", "never"] as const;
export type ColorChoice = typeof COLOR_CHOICES[number];

/** Global options as parsed. A missing property means that the option was not given. */
// A `type`, because the command library cannot infer from an interface.
export type GlobalFlags = {
  home?: string;
  socket?: string;
  timeout?: number;
  output?: Format;
  json?: true | undefined;
  color?: ColorChoice;
  nostart?: true | undefined;
  nodaemon?: true | undefined;
  verbose?: true | undefined;
  quiet?: true | undefined;
};

/** Global options, resolved. */
export interface Settings {
  /** @throws {UsageError | HomeError} If there is no usable home or socket path. */
  paths(): Paths;
  readonly format: Format;
  /** True if a flag set the format. */
  readonly isFormatGiven: boolean;
  /**
   * Returns the timeout of one request in milliseconds.
   *
   * @param fallback The default of the command.
   * @throws {UsageError} If KAIZEN_TIMEOUT is not a valid timeout.
   */
  timeoutMs(fallback: number): number;
  /** When the whole command must end, on the clock of `performance.now()`; null: never. */
  readonly end: number | null;
  readonly color: boolean;
  /** False: commands must not start a daemon. */
  readonly mayStart: boolean;
  readonly isVerbose: boolean;
  readonly isQuiet: boolean;
  /** The path options as given, which suggested commands repeat. */
  readonly pathFlags: readonly string[];
}

/**
 * Resolves the global options.
 *
 * @throws {UsageError} If options contradict each other, or an environment variable has a wrong
 * value.
 */
export function readSettings(
  context: Context,
  flags: GlobalFlags,
  options: { textByDefault?: boolean } = {},
): Settings {
  if (flags.nodaemon) {
    throw new UsageError(
      "Cannot use --no-daemon: there is no direct mode, as only a daemon reads and writes the store. " +
        "Hooks work without a daemon (the spool keeps their events); use --no-start to not start a daemon",
    );
  }
  if (flags.verbose && flags.quiet) {
    throw new UsageError("Cannot use --verbose and --quiet together");
  }
  return {
    paths() {
      const paths = resolvePaths(context, flags);
      refuseClosed(paths.home);
      return paths;
    },
    format: readFormat(context, flags, options.textByDefault ?? false),
    isFormatGiven: flags.json === true || flags.output !== undefined,
    timeoutMs: (fallback) => readTimeout(context, flags) ?? fallback,
    end: null,
    color: readColor(context, flags),
    mayStart: !flags.nostart && !isOn(context, "KAIZEN_NO_START"),
    isVerbose: flags.verbose ?? false,
    isQuiet: flags.quiet ?? false,
    pathFlags: [
      ...flags.home ? ["--home", flags.home] : [],
      ...flags.socket ? ["--socket", flags.socket] : [],
    ],
  };
}

/** Finds a format by its name, or null if there is none. */
export function findFormat(name: string | undefined): Format | null {
  return FORMATS.find((format) => format === name) ?? null;
}

function readFormat(
  context: Context,
  { json, output }: GlobalFlags,
  textByDefault: boolean,
): Format {
  if (json && output !== undefined && output !== "json") {
    throw new UsageError(`Cannot use --json and --output ${output} together`);
  }
  if (json) return "json";
  if (output !== undefined) return output;
  if (textByDefault) return "text";
  const named = context.env("KAIZEN_OUTPUT");
  const found = findFormat(named);
  if (found !== null) return found;
  if (named !== undefined) {
    throw new UsageError(
      `KAIZEN_OUTPUT must be one of ${FORMATS.join(", ")}, but is "${named}"`,
    );
  }
  return context.stdout.isTerminal() ? "text" : "json";
}

function readTimeout(context: Context, flags: GlobalFlags): number | null {
  if (flags.timeout !== undefined) return flags.timeout;
  const text = context.env("KAIZEN_TIMEOUT");
  if (text === undefined) return null;
  try {
    return checkTimeout(parseDuration(text));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`KAIZEN_TIMEOUT: ${error.message}`, { cause: error });
  }
}

/**
 * Returns a timeout if it is usable.
 *
 * @param ms The timeout in milliseconds.
 * @throws {UsageError} If it is 0, as every request would time out.
 */
export function checkTimeout(ms: number): number {
  if (ms > 0) return ms;
  throw new UsageError("A timeout must be at least 1ms");
}

function readColor(context: Context, { color }: GlobalFlags): boolean {
  if (color === "always") return true;
  if (color === "never" || context.env("NO_COLOR") !== undefined) {
    return false;
  }
  return context.stdout.isTerminal() && context.env("TERM") !== "dumb";
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reporting a failure: its message and the next command to run on stderr, and an error object on
 * stdout if the output format is JSON.
 * @module
 */
import {
  closedReason,
  type Context,
  errorMessage,
  type Output,
} from "../../context/mod.ts";
import {
  type Column,
  escapeText,
  renderTable,
  wrapWords,
} from "../../output/mod.ts";
import { encodeJson } from "../../proto/mod.ts";
import { type Candidate, FileError, NotFoundError } from "./errors.ts";
import { EXIT, type ExitCode } from "./exit_codes.ts";
import { quoteWord } from "./quote_word.ts";
import type { Format } from "./settings.ts";
import { judge, type Verdict } from "./verdict.ts";

/** How the runtime ends the message of an error of the system. */
const OS_ERROR = / \(os error \d+\)/;
/** The part of SQLite's code of an error that names its kind. */
const SQLITE_PRIMARY = 0xff;
/**
 * Kinds of errors that SQLite passes on or finds in a file: busy, locked, no memory, read-only,
 * input or output, damaged, full, cannot open, and no database. Others are mistakes of ours.
 */
const SQLITE_REFUSALS: ReadonlySet<number> = new Set(
  [5, 6, 7, 8, 10, 11, 13, 14, 26],
);
/** How the runtime begins to say that a module or package is not there. */
const UNLOADED =
  /^(?:Module not found "|Failed loading |Import '|JSR package )/;
const CANDIDATE_INDENT = "    ";
const CANDIDATE_COLUMNS: Column<Candidate>[] = [
  { title: "", text: ({ word }) => word, priority: 0, min: 12, max: 64 },
  { title: "", text: ({ about }) => about, priority: 1 },
];

/** How the failed command was run. */
export interface ReportOptions {
  context: Pick<Context, "stderr" | "stdout">;
  /** The command, such as `kaizen sessions`. */
  command: string;
  format: Format;
  /**
   * True if stdout already has the beginning of a document, so that an error object cannot follow.
   */
  hasOutput: boolean;
  isVerbose: boolean;
  /** Path options as given, which the suggested command repeats. */
  pathFlags: readonly string[];
}

/**
 * Reports an error.
 *
 * @returns The exit code.
 */
export async function reportError(
  thrown: unknown,
  options: ReportOptions,
): Promise<ExitCode> {
  const error = explainSystem(thrown);
  const verdict = judge(error, options.command);
  if (verdict.exit === EXIT.closedPipe) return verdict.exit;
  const { stderr, stdout } = options.context;
  const message = messageOf(error, verdict);
  const width = stderr.columns();
  const lines = [
    ...wrapWords(`kaizen: ${escapeText(message)}`, width),
    ...listCandidates(error, width),
  ];
  const advice = isUnloaded(error)
    ? "  try: build and install it again"
    : describeNext(verdict, options.pathFlags);
  if (advice !== null) lines.push(advice);
  if (options.isVerbose && verdict.code === "internal") {
    lines.push(stackOf(error));
  }
  await tryWrite(stderr, lines.map((line) => `${line}\n`).join(""));
  const { format, hasOutput } = options;
  const speaksJson = format === "ndjson" ||
    !hasOutput && (format === "json" || format === "trace");
  if (speaksJson) {
    const fields = describeError(verdict, message);
    await tryWrite(stdout, `${encodeJson(fields)}\n`);
  }
  return verdict.exit;
}

/**
 * Returns our error for one of the system that no command has explained, such as a failing disk, or
 * for a file in a closed folder that the runtime refused. Other errors are returned unchanged.
 */
function explainSystem(error: unknown): unknown {
  const closed = closedReason(error);
  if (closed !== null) {
    return new FileError(`Cannot use "${closed.path}" as ${closed.reason}`);
  }
  return error instanceof Error && isRefusal(error) &&
      judge(error).code === "internal"
    ? new FileError(`The system refused: ${error.message}`, "doctor")
    : error;
}

/** Whether the system made an error, itself or through SQLite. */
function isRefusal(error: Error): boolean {
  return OS_ERROR.test(error.message) ||
    "errcode" in error && typeof error.errcode === "number" &&
      SQLITE_REFUSALS.has(error.errcode & SQLITE_PRIMARY);
}

/** Whether a part of the program is gone, or a package of a clone cannot be fetched. */
function isUnloaded(error: unknown): boolean {
  return error instanceof TypeError && UNLOADED.test(error.message);
}

/** Returns the error object for JSON output. */
function describeError(
  verdict: Verdict,
  message: string,
): Record<string, unknown> {
  const { code, exit } = verdict;
  // Fields of the daemon with the same names must not replace ours.
  const { type: _t, code: _c, message: _m, exit: _e, ...fields } =
    verdict.fields;
  return { type: "error", code, message, ...fields, exit };
}

/** Returns the message, not escaped yet: only stderr needs that. */
function messageOf(error: unknown, verdict: Verdict): string {
  const said = errorMessage(error);
  const text = said.trim() || "it gave no reason";
  if (isUnloaded(error)) {
    return `Cannot load the program: ${text.split("\n")[0]}`;
  }
  if (verdict.code === "internal") return `This is a bug in kaizen: ${text}`;
  return verdict.code === "daemon_error"
    ? `The daemon answered with an error: ${text}`
    : text;
}

/** Lists the possible matches, one per line. */
function listCandidates(error: unknown, width: number | null): string[] {
  if (!(error instanceof NotFoundError)) return [];
  const { candidates, more } = error;
  const lines = renderTable(candidates, CANDIDATE_COLUMNS, {
    width: width === null ? null : width - CANDIDATE_INDENT.length,
    titleBrush: (title) => title,
  }).slice(1);
  if (more > 0) lines.push(`… and ${more} more`);
  return lines.map((line) => CANDIDATE_INDENT + line);
}

function describeNext(
  { code, next }: Verdict,
  pathFlags: readonly string[],
): string | null {
  if (code === "internal") return "  run again with --verbose to see where";
  if (next === null) return null;
  const asksDaemon = next[0] !== "help" && next.at(-1) !== "--help";
  const words = ["kaizen", ...asksDaemon ? pathFlags : [], ...next];
  return `  try: ${words.map(quoteWord).join(" ")}`;
}

function stackOf(error: unknown): string {
  return error instanceof Error && error.stack !== undefined
    ? error.stack.split("\n").map(escapeText).join("\n")
    : "";
}

/** Writes, and ignores a failure: the exit code reports the error in any case. */
async function tryWrite(output: Output, text: string): Promise<void> {
  try {
    await output.write(new TextEncoder().encode(text));
  } catch {
    // This output may be the cause of the error.
  }
}

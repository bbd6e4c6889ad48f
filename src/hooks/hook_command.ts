// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The command line that is written into an agent's settings.
 *
 * It ends with 0 and prints nothing even if the program is gone or cannot start: some agents take
 * exit 2, and the shell has that code for many of its own failures, for "block this tool call".
 * `/bin/sh` is named because an agent may pass the line to any shell. The program runs in a
 * subshell so that the shell's own messages are silenced, too. If it fails, `cat` takes the input:
 * some agents report an input that was not read as an error. Only subshells are redirected, because
 * a shell without free descriptors can do that.
 * @module
 */

const START = `/bin/sh -c 'trap "exit 0" 0; `;
const RUN = '( ("$0" ingest ';
const END = ") 3<&- || { (cat) <&3 & } ) >/dev/null 2>&1 3<&0' ";
/**
 * Does for the program what a launcher does. A bare binary has none: it ends in a directory that is
 * deleted or if `TMPDIR` is relative, and obeys variables that are meant for the program that the
 * agent works on.
 */
const SHIELD = 'cd / && export KAIZEN_CWD="$OLDPWD"; ' +
  'case "${TMPDIR-}" in /*) ;; *) unset TMPDIR ;; esac; ' +
  "unset NODE_OPTIONS NODE_CHANNEL_FD NODE_EXTRA_CA_CERTS NODE_V8_COVERAGE " +
  "DENO_V8_FLAGS DENO_COVERAGE_DIR DENO_PERMISSION_BROKER_PATH " +
  "DENO_TRACE_PERMISSIONS DENO_AUDIT_PERMISSIONS DENO_SERVE_ADDRESS " +
  "DENO_UNSTABLE_CONTROL_SOCK OTEL_DENO; ";
/** A word that every shell takes as it is. */
const PLAIN = /^[\w\/.@%+,:-]+$/;
/** Matches a command that runs kaizen as a hook, as another program or a user has written it. */
const OTHERS = /(?:^|[\s'"\/])kaizen(?:\.sh)?['"]?\s+ingest\s+(?:hook|git)\b/;

/** A command of ours, taken apart. */
export interface WrittenCommand {
  /** Absolute path of the program. */
  program: string;
  /** The words after `ingest`. */
  words: string;
}

/** The program of a hook. */
export interface HookProgram {
  /** Absolute path of kaizen. */
  program: string;
  /** It is a binary without a launcher. */
  isBare: boolean;
}

/**
 * Makes the command line of a hook.
 *
 * @param words The words after `ingest`, none of which needs quotes, such as
 * `hook --source claude`.
 * @throws {RangeError} If no quotes that all shells agree on can hold the path.
 */
export function writeCommand(
  { program, isBare }: HookProgram,
  words: string,
): string {
  const line = START + (isBare ? SHIELD : "") + RUN + words + END;
  if (PLAIN.test(program)) return line + program;
  if (/['\\\n\r]/.test(program)) {
    throw new RangeError(
      `Cannot write "${program}" into settings: a path must have no quote, backslash or line feed`,
    );
  }
  return `${line}'${program}'`;
}

/** Reads a command line of ours; null if it is not one. */
export function readCommand(line: string): WrittenCommand | null {
  const run = line.indexOf(RUN);
  const end = line.indexOf(END);
  if (!line.startsWith(START) || run < 0 || end < run) return null;
  const program = line.slice(end + END.length).replace(/^'([^]*)'$/, "$1");
  return { program, words: line.slice(run + RUN.length, end) };
}

/** Whether a command line runs kaizen as a hook, and is not one that `writeCommand` makes. */
export function isOtherCommand(line: string): boolean {
  return readCommand(line) === null && OTHERS.test(line);
}

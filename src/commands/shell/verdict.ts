// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The table that maps error classes to exit codes, error codes and the next command to run.
 * @module
 */
import {
  NotRunningError,
  ProtocolError,
  RemoteError,
  SocketError,
  TimedOutError,
} from "../../client/mod.ts";
import {
  ClosedPipeError,
  HomeBusyError,
  HomeError,
  StartError,
  UsageError,
} from "../../context/mod.ts";
import { NotAnEventError } from "../../proto/mod.ts";
import {
  BadInputError,
  CommandLineError,
  FileError,
  NotFoundError,
  UnsupportedError,
} from "./errors.ts";
import { EXIT, type ExitCode } from "./exit_codes.ts";

/** An error as the caller of kaizen sees it. */
export interface Verdict {
  exit: ExitCode;
  /** Stable name in JSON. */
  code: string;
  /** The next command to run, as the words after `kaizen`; null if no command helps. */
  next: readonly string[] | null;
  /** Additional fields for JSON. */
  fields: Record<string, unknown>;
}

interface Rule {
  matches(error: unknown): boolean;
  exit: ExitCode;
  code: string;
  next?: readonly string[];
}

/** The first matching rule applies, so a class must come before the classes that it extends. */
const RULES: readonly Rule[] = [
  {
    matches: (error) =>
      error instanceof UsageError ||
      error instanceof RemoteError && error.fields.reason === "malformed",
    exit: EXIT.usage,
    code: "usage",
  },
  {
    matches: (error) => error instanceof NotFoundError,
    exit: EXIT.notFound,
    code: "not_found",
  },
  {
    matches: (error) => error instanceof NotRunningError,
    exit: EXIT.notRunning,
    code: "daemon_not_running",
    next: ["daemon", "start", "--background"],
  },
  {
    matches: (error) => error instanceof TimedOutError,
    exit: EXIT.timedOut,
    code: "daemon_timeout",
    next: ["doctor"],
  },
  {
    matches: (error) =>
      error instanceof RemoteError && error.supportedMin !== null,
    exit: EXIT.protocol,
    code: "unsupported_version",
    next: ["daemon", "restart"],
  },
  {
    matches: (error) => error instanceof UnsupportedError,
    exit: EXIT.protocol,
    code: "unsupported_request",
    next: ["daemon", "restart"],
  },
  {
    matches: (error) =>
      error instanceof RemoteError &&
      (error.fields.reason === "gone" || error.fields.reason === "unknown"),
    exit: EXIT.cursorGone,
    code: "cursor_gone",
    next: ["help", "events"],
  },
  {
    matches: (error) => error instanceof RemoteError,
    exit: EXIT.daemonError,
    code: "daemon_error",
    next: ["status"],
  },
  {
    matches: (error) => error instanceof ProtocolError,
    exit: EXIT.protocol,
    code: "protocol_error",
    next: ["status"],
  },
  {
    matches: (error) =>
      error instanceof BadInputError || error instanceof NotAnEventError,
    exit: EXIT.badInput,
    code: "bad_input",
    next: ["help", "ingest"],
  },
  {
    matches: (error) => error instanceof HomeBusyError,
    exit: EXIT.owned,
    code: "home_owned",
    next: ["doctor"],
  },
  {
    matches: (error) => error instanceof StartError,
    exit: EXIT.bug,
    code: "daemon_broken",
    next: ["daemon", "run"],
  },
  {
    matches: (error) => error instanceof SocketError,
    exit: EXIT.file,
    code: "socket_unusable",
    next: ["doctor"],
  },
  {
    matches: (error) => error instanceof HomeError && error.isAdvice,
    exit: EXIT.file,
    code: "home_unusable",
  },
  {
    // The system refused something in the home.
    matches: (error) => error instanceof HomeError && error.cause !== undefined,
    exit: EXIT.file,
    code: "home_unusable",
    next: ["doctor"],
  },
  {
    matches: (error) => error instanceof HomeError,
    exit: EXIT.file,
    code: "home_unusable",
    next: ["help", "environment"],
  },
  {
    matches: (error) => error instanceof FileError,
    exit: EXIT.file,
    code: "file_error",
  },
  {
    matches: (error) => error instanceof ClosedPipeError,
    exit: EXIT.closedPipe,
    code: "closed_pipe",
  },
];

/**
 * Finds the rule for an error. An error without a rule is a bug.
 *
 * @param command The failed command as typed, whose help a usage error suggests.
 */
export function judge(error: unknown, command = "kaizen"): Verdict {
  const rule = RULES.find(({ matches }) => matches(error));
  if (rule === undefined) {
    return { exit: EXIT.bug, code: "internal", next: null, fields: {} };
  }
  return {
    exit: rule.exit,
    code: codeOf(error) ?? rule.code,
    next: nextOf(error, command) ?? rule.next ?? null,
    fields: fieldsOf(error),
  };
}

function codeOf(error: unknown): string | null {
  return error instanceof NotFoundError && error.candidates.length > 1
    ? "ambiguous"
    : null;
}

function nextOf(error: unknown, command: string): readonly string[] | null {
  if (error instanceof UsageError) {
    const named = error instanceof CommandLineError ? error.command : command;
    return [...named.split(" ").slice(1), "--help"];
  }
  if (error instanceof NotFoundError || error instanceof FileError) {
    return error.hint?.split(" ") ?? null;
  }
  return null;
}

function fieldsOf(error: unknown): Record<string, unknown> {
  if (error instanceof RemoteError) {
    const { supportedMin, supportedMax, fields } = error;
    return {
      supported_min: supportedMin,
      supported_max: supportedMax,
      ...fields,
    };
  }
  if (error instanceof NotFoundError && error.candidates.length > 0) {
    return { candidates: error.candidates.map(({ word }) => word) };
  }
  return {};
}

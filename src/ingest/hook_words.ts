// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The words of a hook's command line.
 * @module
 */
import { type AgentName, isAgentName } from "../agents/mod.ts";

/** A hook's command line, read. */
export interface HookWords {
  /** `hook` for an agent's, `git` for one of git's. */
  mode: "hook" | "git";
  /** The agent that is named, or `claude`. */
  source: AgentName;
  home?: string | undefined;
  socket?: string | undefined;
  workspace?: string | undefined;
  project?: string | undefined;
  event?: string | undefined;
  session?: string | undefined;
  set: string[];
  setJson: string[];
  raw: boolean;
  noStart: boolean;
  /** Words behind the mode that are no options: for git its hook's name and arguments. */
  rest: string[];
  /** What was not understood. */
  ignored: string[];
}

/** Where the two words stand that tell the mode; they are there. */
export function modeAt(args: readonly string[]): number {
  return args.findIndex((word, i) =>
    word === "ingest" && (args[i + 1] === "hook" || args[i + 1] === "git")
  );
}

/**
 * Reads the line that agents are given to run, `ingest hook --source NAME`, which needs no parser.
 *
 * @returns Null for any other.
 */
export function readPlainWords(args: readonly string[]): HookWords | null {
  const [first, mode, option, source = ""] = args;
  const isPlain = args.length === 4 && first === "ingest" && mode === "hook" &&
    option === "--source" && isAgentName(source);
  return isPlain
    ? {
      mode,
      source,
      set: [],
      setJson: [],
      raw: false,
      noStart: false,
      rest: [],
      ignored: [],
    }
    : null;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The words of a hook's command line.
 * @module
 */
import { type AgentName, isAgentName } from "../agents/mod.ts";

/** The content of a hook's command line. */
export interface HookWords {
  /** `hook` for a hook of an agent, `git` for a hook of git. */
  mode: "hook" | "git";
  /** The agent that the line names, or `claude`. */
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
  /** Words after the mode that are not options: for git its hook's name and arguments. */
  rest: string[];
  /** Words that are unknown. */
  ignored: string[];
}

/** Returns the index of the two words that give the mode. They must be there. */
export function modeAt(args: readonly string[]): number {
  return args.findIndex((word, i) =>
    word === "ingest" && (args[i + 1] === "hook" || args[i + 1] === "git")
  );
}

/**
 * Reads the line that agents run, `ingest hook --source NAME`, which needs no parser.
 *
 * @returns Null for any other line.
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

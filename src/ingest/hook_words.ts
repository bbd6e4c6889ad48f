// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The words of a hook's command line. Nothing in them is an error: what is unknown is counted, and the event recorded all the same.
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { isSource, type Source } from "../complete/mod.ts";

/** A hook's command line, read. */
export interface HookWords {
  /** `hook` for an agent's, `git` for one of git's. */
  mode: "hook" | "git";
  /** The agent that is named, or `claude`. */
  source: Source;
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

/** Known, and without effect on a hook. */
const MEANINGLESS = ["timeout", "output", "o", "color"];
const SWITCHES = [
  "json",
  "verbose",
  "quiet",
  "v",
  "q",
  "no-daemon",
  "no-spool",
];

/** Reads the arguments of a run whose mode has been told by two adjacent words. */
export function readHookWords(args: readonly string[]): HookWords {
  const at = args.findIndex((word, i) =>
    word === "ingest" && (args[i + 1] === "hook" || args[i + 1] === "git")
  );
  const mode = args[at + 1] === "git" ? "git" : "hook";
  const ignored: string[] = [];
  const parsed: Record<string, unknown> = parseArgs([
    ...args.slice(0, at),
    ...args.slice(at + 2),
  ], {
    string: [
      "source",
      "home",
      "socket",
      "workspace",
      "project",
      "event",
      "session",
      "set",
      "set-json",
      "_", // or ids made of digits would become numbers
      ...MEANINGLESS,
    ],
    boolean: ["raw", "no-start", ...SWITCHES],
    collect: ["set", "set-json"],
    unknown: (word, key) => {
      if (key === undefined) return true;
      ignored.push(word);
      return false;
    },
  });
  const source = text(parsed.source) ?? "claude";
  if (!isSource(source)) ignored.push(`--source ${source}`);
  return {
    mode,
    source: isSource(source) ? source : "claude",
    home: text(parsed.home),
    socket: text(parsed.socket),
    workspace: text(parsed.workspace),
    project: text(parsed.project),
    event: text(parsed.event),
    session: text(parsed.session),
    set: texts(parsed.set),
    setJson: texts(parsed["set-json"]),
    raw: parsed.raw === true,
    noStart: parsed["no-start"] === true,
    rest: texts(parsed._),
    ignored,
  };
}

/** A value that was given; of several the last. */
function text(value: unknown): string | undefined {
  return texts(Array.isArray(value) ? value : [value]).at(-1);
}

function texts(values: unknown): string[] {
  if (!Array.isArray(values)) return [];
  return values.filter((value) => typeof value === "string" && value !== "");
}

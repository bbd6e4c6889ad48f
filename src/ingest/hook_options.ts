// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads a hook's command line with any options. No option is an error: an unknown one is counted,
 * and the event is recorded anyway.
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { isAgentName } from "../agents/mod.ts";
import { type HookWords, modeAt } from "./hook_words.ts";

/**
 * The options with long names. Some are accepted but have no effect on a hook, as do all short
 * ones.
 */
const OPTIONS: Readonly<Record<string, "text" | "list" | "switch">> = {
  source: "text",
  home: "text",
  socket: "text",
  workspace: "text",
  project: "text",
  event: "text",
  session: "text",
  set: "list",
  "set-json": "list",
  timeout: "text",
  output: "text",
  color: "text",
  raw: "switch",
  "no-start": "switch",
  "no-daemon": "switch",
  "no-spool": "switch",
  json: "switch",
  verbose: "switch",
  quiet: "switch",
};

/** Reads the arguments of a run whose mode two adjacent words have given. */
export function readHookWords(args: readonly string[]): HookWords {
  const at = modeAt(args);
  const ignored: string[] = [];
  const words = [...args.slice(0, at), ...args.slice(at + 2)];
  const mode = args[at + 1] === "git" ? "git" : "hook";
  // Each declared name costs a hook 10 µs, so only names that occur are declared.
  const named = words.flatMap((word) =>
    word.startsWith("--") ? [nameOf(word)] : []
  );
  const of = (kind: string) => named.filter((name) => kindOf(name) === kind);
  const lists = of("list");
  const parsed: Record<string, unknown> = parseArgs(words, {
    string: ["_", "o", ...of("text"), ...lists], // or ids that consist of digits would become numbers
    boolean: ["v", "q", ...of("switch")],
    collect: lists,
    // A repository decides what follows the name of git's hook, such as a remote.
    stopEarly: mode === "git",
    unknown: (word, key) => {
      if (key === undefined) return true;
      ignored.push(word);
      return false;
    },
  });
  const source = text(parsed.source) ?? "claude";
  if (!isAgentName(source)) ignored.push(`--source ${source}`);
  return {
    mode,
    source: isAgentName(source) ? source : "claude",
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

/** Returns the name in `--name` and `--name=value`. */
function nameOf(word: string): string {
  const end = word.indexOf("=");
  return end < 0 ? word.slice(2) : word.slice(2, end);
}

function kindOf(name: string): string | undefined {
  return Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
}

/** Returns the value of an option, the last one if it is repeated. */
function text(value: unknown): string | undefined {
  return texts(Array.isArray(value) ? value : [value]).at(-1);
}

function texts(values: unknown): string[] {
  if (!Array.isArray(values)) return [];
  return values.filter((value) => typeof value === "string" && value !== "");
}

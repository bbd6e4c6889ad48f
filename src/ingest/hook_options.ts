// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A hook's command line with whatever options. Nothing in it is an error: what is unknown is counted, and the event recorded all the same.
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { isAgentName } from "../agents/mod.ts";
import { type HookWords, modeAt } from "./hook_words.ts";

/** The options with long names. Some are known and without effect on a hook, as are those with short names. */
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

/** Reads the arguments of a run whose mode has been told by two adjacent words. */
export function readHookWords(args: readonly string[]): HookWords {
  const at = modeAt(args);
  const ignored: string[] = [];
  const words = [...args.slice(0, at), ...args.slice(at + 2)];
  // What is declared costs a hook 10 µs a name, so that only names are that are there.
  const named = words.flatMap((word) =>
    word.startsWith("--") ? [nameOf(word)] : []
  );
  const of = (kind: string) => named.filter((name) => kindOf(name) === kind);
  const lists = of("list");
  const parsed: Record<string, unknown> = parseArgs(words, {
    string: ["_", "o", ...of("text"), ...lists], // or ids made of digits would become numbers
    boolean: ["v", "q", ...of("switch")],
    collect: lists,
    unknown: (word, key) => {
      if (key === undefined) return true;
      ignored.push(word);
      return false;
    },
  });
  const source = text(parsed.source) ?? "claude";
  if (!isAgentName(source)) ignored.push(`--source ${source}`);
  return {
    mode: args[at + 1] === "git" ? "git" : "hook",
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

/** The name in `--name` and `--name=value`. */
function nameOf(word: string): string {
  const end = word.indexOf("=");
  return end < 0 ? word.slice(2) : word.slice(2, end);
}

function kindOf(name: string): string | undefined {
  return Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
}

/** A value that was given; of several the last. */
function text(value: unknown): string | undefined {
  return texts(Array.isArray(value) ? value : [value]).at(-1);
}

function texts(values: unknown): string[] {
  if (!Array.isArray(values)) return [];
  return values.filter((value) => typeof value === "string" && value !== "");
}

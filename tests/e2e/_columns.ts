// SPDX-License-Identifier: AGPL-3.0-or-later
/** A home with events, sessions, usage and commits, and what their columns must hold. */
import { assertEquals } from "@std/assert";
import { answerLine, print } from "../unit/transcripts/_transcripts.ts";
import { feed, sampleSession } from "./_feed.ts";
import { Git, write } from "./_git.ts";
import { type Home, tempHome } from "./harness.ts";

/** The commands that print columns, each with its options and the name of its rows. */
export const COMMANDS: readonly [rows: string, args: readonly string[]][] = [
  ["events", ["events"]],
  ["sessions", ["sessions", "--all-workspaces", "--limit", "0"]],
  ["usage", ["usage", "--by", "session", "--all-workspaces"]],
  ["commits", ["commits", "--all-workspaces", "--limit", "0"]],
];

export type Row = Record<string, unknown>;

/** Texts that separate cells, quote them, end lines, or look like something else. */
const ODD = [
  "",
  '"quoted", and\r\nbroken',
  '=HYPERLINK("x")',
  "ünïcode 🦕 \u2028",
  "NULL",
  "a\tb\0c",
];

/** Starts a daemon and gives it two sessions, one with usage, odd texts, and two commits. */
export async function filledHome(): Promise<Home> {
  const home = await tempHome();
  await home.startDaemon();
  const { socket, workspace } = home;
  const start = Date.now() - 600_000;
  const folder = `${home.root}/.claude/projects/-w`;
  await Deno.mkdir(folder, { recursive: true });
  const transcript_path = `${folder}/s1.jsonl`;
  await Deno.writeTextFile(
    transcript_path,
    print([answerLine(0, { more: { sessionId: "s1" } })]),
  );
  await feed(
    { socket, workspace },
    ...sampleSession("s1", start).map((event) => ({
      ...event,
      transcript_path,
    })),
    ...ODD.map((prompt, i) => ({
      hook_event_name: "UserPromptSubmit",
      session_id: `odd${i}`,
      prompt,
      big: 9007199254740993,
    })),
  );
  const git = new Git(home);
  const repo = await git.init("repo");
  for (const subject of ['Say "hi", =1+1', "Say more"]) {
    await write(`${repo}/a`, subject);
    await git.commit(repo, subject);
  }
  return home;
}

/** Runs a command and returns the bytes it prints. */
export async function printBytes(
  home: Home,
  args: readonly string[],
  format: string,
): Promise<Uint8Array> {
  const { code, stdoutBytes, stderr } = await home.run([
    ...args,
    "-o",
    format,
  ]);
  assertEquals([code, stderr], [0, ""], args.join(" "));
  return stdoutBytes;
}

/** Returns the NDJSON of a command. */
export async function printRows(
  home: Home,
  args: readonly string[],
): Promise<Row[]> {
  const bytes = await printBytes(home, args, "ndjson");
  return new TextDecoder().decode(bytes).split("\n")
    .filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** The keys whose columns hold JSON. */
export const JSON_COLUMNS = ["payload", "unpriced_models"];

/** Returns the value that a column must hold for a row of NDJSON. */
export function valueIn(row: Row, name: string): unknown {
  const inner = Object(row.event ?? row.totals);
  if (name in row) return row[name] ?? null;
  if (name in inner) return inner[name] ?? null;
  const [, key = ""] = /^activity_(.*)$/.exec(name) ?? [];
  return Object(row.activity)[key] ?? null;
}

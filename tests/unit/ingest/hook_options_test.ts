// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertObjectMatch } from "@std/assert";
import { listAgents } from "../../../src/agents/mod.ts";
import { readHookWords } from "../../../src/ingest/hook_options.ts";
import {
  type HookWords,
  readPlainWords,
} from "../../../src/ingest/hook_words.ts";

const lines: [line: string, words: Partial<HookWords>][] = [
  ["ingest hook --source cursor", { mode: "hook", source: "cursor" }],
  ["ingest hook --source=codex", { source: "codex", ignored: [] }],
  ["ingest hook", { source: "claude", ignored: [] }],
  ["ingest hook --source", { source: "claude", ignored: [] }],
  [
    "ingest hook --source nobody",
    { source: "claude", ignored: ["--source nobody"] },
  ],
  ["ingest hook --source claude --source vibe", { source: "vibe" }],
  ["--home /h ingest hook --source vibe", { home: "/h", source: "vibe" }],
  ["--socket /s ingest hook --workspace w", { socket: "/s", workspace: "w" }],
  ["ingest hook --project app", { project: "app" }],
  ["ingest hook --no-start", { noStart: true, ignored: [] }],
  ["ingest hook --raw --json -q -o json --timeout 5s --no-daemon", {
    raw: true,
    ignored: [],
  }],
  ["ingest hook --strict --level=3 -x", {
    ignored: ["--strict", "--level=3", "-x"],
  }],
  ["ingest hook --set a=b --set c=d --set-json e=1", {
    set: ["a=b", "c=d"],
    setJson: ["e=1"],
  }],
  ["ingest git post-commit", { mode: "git", rest: ["post-commit"] }],
  ["ingest git --session s pre-push origin git@host:a.git", {
    session: "s",
    rest: ["pre-push", "origin", "git@host:a.git"],
  }],
  ["ingest git post-checkout 00e1 1234567890123456789012345678901234567890 1", {
    rest: [
      "post-checkout",
      "00e1",
      "1234567890123456789012345678901234567890",
      "1",
    ],
  }],
  ["ingest git post-commit -- --home x", {
    rest: ["post-commit", "--home", "x"],
  }],
  // A repository may name a remote, or its address, as it likes.
  ["ingest git --session s pre-push --socket=/x --home -v --set a=b", {
    session: "s",
    rest: ["pre-push", "--socket=/x", "--home", "-v", "--set", "a=b"],
    ignored: [],
    set: [],
  }],
];

for (const [line, words] of lines) {
  Deno.test(`readHookWords() reads "${line}"`, () => {
    assertObjectMatch({ ...readHookWords(line.split(" ")) }, words);
  });
}

Deno.test("readHookWords() ignores an empty value", () => {
  const words = readHookWords(["ingest", "hook", "--home", "", "--source="]);
  assertEquals([words.home, words.source], [undefined, "claude"]);
});

Deno.test("readPlainWords() reads the line that agents run as the parser does, and no other", () => {
  for (const source of listAgents()) {
    const args = ["ingest", "hook", "--source", source];
    const words = readPlainWords(args);
    assertEquals({ ...ABSENT, ...words }, { ...readHookWords(args) });
  }
  for (const [line] of lines) {
    const isPlain = line === "ingest hook --source cursor";
    assertEquals(readPlainWords(line.split(" ")) !== null, isPlain, line);
  }
});

const ABSENT = {
  home: undefined,
  socket: undefined,
  workspace: undefined,
  project: undefined,
  event: undefined,
  session: undefined,
};

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { writeCommand } from "../../../src/hooks/hook_command.ts";
import type { JournalEntry, KeptKind } from "../../../src/hooks/journal.ts";
import { addJsonHooks } from "../../../src/hooks/json_settings.ts";
import { putMarkedPart } from "../../../src/hooks/marked_part.ts";
import { undoText } from "../../../src/hooks/undo_text.ts";

function entryOf(
  kept: KeptKind,
  before: string | null,
  after: string | null,
): JournalEntry {
  return {
    owner: "claude",
    project: null,
    path: "/x",
    kept,
    before,
    after,
    mode: 0o600,
    folders: [],
  };
}

const command = writeCommand(
  { program: "/bin/kaizen", isBare: false },
  "hook --source claude",
);
const wanted = ["Stop", "SessionEnd"]
  .map((event) => ({ event, entry: { hooks: [{ command }] } }));

const SETTINGS = `{
  "model": "opus",
  "hooks": {
    "Stop": [
      { "hooks": [{ "command": "bell" }] }
    ]
  },
  "env": {}
}
`;
const GROWN = addJsonHooks(SETTINGS, wanted);
const entry = entryOf("json", SETTINGS, GROWN);

Deno.test("undoText() gives the bytes that were there before", () => {
  assertEquals(
    undoText(GROWN, { entry, kept: "json", owner: "claude" }),
    SETTINGS,
  );
  const odd = "{ }  ";
  assertEquals(
    undoText(addJsonHooks(odd, wanted), {
      entry: entryOf("json", odd, addJsonHooks(odd, wanted)),
      kept: "json",
      owner: "claude",
    }),
    odd,
  );
});

const edits: [name: string, edit: (text: string) => string][] = [
  ["another model", (text) => text.replace("opus", "sonnet")],
  ["a line at the top", (text) => text.replace("{\n", '{\n  "top": 1,\n')],
  ["a comment", (text) => text.replace("{\n", "{\n  // mine\n")],
  [
    "a member at the end",
    (text) => text.replace('"env": {}', '"env": {},\n  "z": 1'),
  ],
  [
    "another hook in our list",
    (text) =>
      text.replace(
        '{ "hooks": [{ "command": "bell" }] }',
        '{ "hooks": [{ "command": "bell" }] },\n      { "hooks": [{ "command": "gong" }] }',
      ),
  ],
];
for (const [name, edit] of edits) {
  Deno.test(`undoText() keeps what the user did since: ${name}`, () => {
    const now = edit(GROWN);
    assertEquals(now === GROWN, false);
    assertEquals(
      undoText(now, { entry, kept: "json", owner: "claude" }),
      edit(SETTINGS),
    );
  });
}

Deno.test("undoText() keeps a member after our last one", () => {
  const before = '{\n  "a": 1\n}\n';
  const after = addJsonHooks(before, wanted);
  const now = after.replace(/\n\}\n$/, ',\n  "z": 1\n}\n');
  assertEquals(
    undoText(now, {
      entry: entryOf("json", before, after),
      kept: "json",
      owner: "claude",
    }),
    '{\n  "a": 1,\n  "z": 1\n}\n',
  );
});

Deno.test("undoText() finds our hooks in a file that was written anew", () => {
  const now = JSON.stringify(JSON.parse(GROWN));
  assertEquals(
    undoText(now, { entry, kept: "json", owner: "claude" }),
    JSON.stringify(JSON.parse(SETTINGS)),
  );
  assertEquals(
    undoText(now, { entry: null, kept: "json", owner: "claude" }),
    JSON.stringify(JSON.parse(SETTINGS)),
  );
});

Deno.test("undoText() removes a file of ours unless it has something else", () => {
  const head = { version: 1 };
  const after = addJsonHooks("", wanted, head);
  const made = entryOf("json", null, after);
  const undo = (now: string | null) =>
    undoText(now, { entry: made, kept: "json", owner: "claude", head });
  assertEquals(undo(after), null);
  assertEquals(undo(JSON.stringify(JSON.parse(after))), null);
  assertEquals(undo(null), null);
  const more = after.replace('"version": 1,', '"version": 1,\n  "x": 2,');
  assertEquals(
    undo(more),
    '{\n  "version": 1,\n  "x": 2\n}\n',
  );
});

Deno.test("undoText() brings back a hook that was replaced, around what came since", () => {
  const before = SETTINGS.replace("bell", "kaizen ingest hook");
  const after = GROWN.replace(/\n {6}\{ "hooks": .*bell.*/, "\n      // gone");
  const now = after.replace("opus", "sonnet");
  assertEquals(
    undoText(now, {
      entry: entryOf("json", before, after),
      kept: "json",
      owner: "claude",
    }),
    before.replace("opus", "sonnet"),
  );
});

Deno.test("undoText() takes a part out of a text that has changed", () => {
  const before = "[user]\n\tname = A\n";
  const after = putMarkedPart(before, "x = 1\n", "git");
  const made = entryOf("part", before, after);
  assertEquals(
    undoText(after, { entry: made, kept: "part", owner: "git" }),
    before,
  );
  assertEquals(
    undoText(`${after}[more]\n`, { entry: made, kept: "part", owner: "git" }),
    `${before}[more]\n`,
  );
  assertEquals(
    undoText(after.replace("x = 1", "y = 2"), {
      entry: made,
      kept: "part",
      owner: "git",
    }),
    before,
  );
  assertEquals(
    undoText(after, { entry: null, kept: "part", owner: "git" }),
    before,
  );
});

Deno.test("undoText() leaves a whole file that was changed", () => {
  const made = entryOf("whole", null, "ours");
  assertEquals(
    undoText("theirs", { entry: made, kept: "whole", owner: "git" }),
    "theirs",
  );
  assertEquals(
    undoText("ours", { entry: made, kept: "whole", owner: "git" }),
    null,
  );
  const removed = entryOf("whole", "theirs", null);
  assertEquals(
    undoText(null, { entry: removed, kept: "whole", owner: "git" }),
    "theirs",
  );
});

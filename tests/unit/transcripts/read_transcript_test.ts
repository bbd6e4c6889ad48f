// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import {
  isTranscriptPath,
  listSessionFiles,
  readTranscript,
  TranscriptError,
  transcriptPaths,
} from "../../../src/transcripts/mod.ts";
import {
  answerLine,
  Folder,
  print,
  readAll,
  SESSION,
  THREAD,
  userLine,
} from "./_transcripts.ts";

const one = answerLine(1, { id: "msg_1" });
const two = answerLine(2, { id: "msg_2" });
const keys = (read: { usage: { key: string }[] }) =>
  read.usage.map(({ key }) => key.split(":")[0]);

/** Returns the fault of reading a file. */
function faultOf(path: string, agent: "claude" | "codex" = "claude"): string {
  return assertThrows(() => readAll(agent, path), TranscriptError).fault;
}

for (const stepBytes of [1, 7, 100, 4096]) {
  Deno.test(`readTranscript() gives the same facts in steps of ${stepBytes} bytes`, () => {
    using folder = new Folder();
    const path = folder.claude([one, "", two, "  "]);
    const read = readAll("claude", path, { stepBytes });
    assertEquals(keys(read), ["msg_1", "msg_2"]);
    assertEquals(read.mark?.offset, Deno.statSync(path).size);
    assertEquals(read.batches, Math.ceil(Deno.statSync(path).size / stepBytes));
  });
}

Deno.test("readTranscript() tells in its mark how much of the file it has seen", () => {
  using folder = new Folder();
  const path = folder.claude([one, two]);
  const { size } = Deno.statSync(path);
  const [first] = readTranscript("claude", path, { stepBytes: size - 9 });
  assertEquals(keys(first ?? { usage: [] }), ["msg_1"]);
  assertEquals(first?.mark.size, size - 9);
  const rest = readAll("claude", path, { mark: first?.mark ?? null });
  assertEquals([keys(rest), rest.mark?.size], [["msg_2"], size]);
});

Deno.test("readTranscript() waits for the rest of a line that is half-written", () => {
  using folder = new Folder();
  const whole = print([one, two]);
  const path = folder.claude([]);
  const read: string[] = [];
  let mark = null;
  for (const end of [10, 400, whole.length - 30, whole.length - 1]) {
    Deno.writeTextFileSync(path, whole.slice(0, end));
    const more = readAll("claude", path, { mark });
    read.push(keys(more).join());
    mark = more.mark;
  }
  assertEquals(read, ["", "", "msg_1", "msg_2"]);
  assertEquals(mark?.skipped, 0);
  assertEquals(mark?.offset, whole.length - 1);
  Deno.writeTextFileSync(path, whole + print([answerLine(3, { id: "msg_3" })]));
  const last = readAll("claude", path, { mark });
  assertEquals([keys(last), last.mark?.skipped], [["msg_3"], 0]);
});

Deno.test("readTranscript() gives no batch where nothing is new", () => {
  using folder = new Folder();
  const path = folder.claude([one]);
  const { mark } = readAll("claude", path);
  assertEquals(readAll("claude", path, { mark }).batches, 0);
});

Deno.test("readTranscript() passes over and counts lines that are no JSON", () => {
  using folder = new Folder();
  const path = folder.claude([one, "not json", '{"usage":', "[1]", "{}", two]);
  const read = readAll("claude", path);
  assertEquals(keys(read), ["msg_1", "msg_2"]);
  assertEquals(read.mark?.skipped, 3);
  const again = readAll("claude", path, { events: true });
  assertEquals(again.mark?.skipped, 3);
});

Deno.test("readTranscript() passes over and counts a line that is too long, however it is split", () => {
  const long = userLine(2, "x".repeat(5000));
  for (const stepBytes of [64, 4096, 65536]) {
    using folder = new Folder();
    const path = folder.claude([one, long, two]);
    const read = readAll("claude", path, { maxLineBytes: 2000, stepBytes });
    assertEquals(keys(read), ["msg_1", "msg_2"]);
    assertEquals(read.mark?.skipped, 1);
    assertEquals(read.mark?.offset, Deno.statSync(path).size);
  }
});

Deno.test("readTranscript() does not read the beginning of a long line twice", () => {
  using folder = new Folder();
  const path = folder.claude([one, "x".repeat(5000)], SESSION);
  Deno.truncateSync(path, Deno.statSync(path).size - 1);
  const options = { maxLineBytes: 2000, stepBytes: 512 };
  const first = readAll("claude", path, options);
  assertEquals(first.mark?.offset, Deno.statSync(path).size);
  assertEquals(first.mark?.skipped, 0);
  Deno.writeTextFileSync(path, "xyz\n" + print([two]), { append: true });
  const second = readAll("claude", path, { ...options, mark: first.mark });
  assertEquals(keys(second), ["msg_2"]);
  assertEquals(second.mark?.skipped, 1);
});

Deno.test("readTranscript() reads a file anew that shrank or was replaced", () => {
  using folder = new Folder();
  const path = folder.claude([one, two]);
  const { mark } = readAll("claude", path);
  Deno.writeTextFileSync(path, print([two]));
  const shrunk = readAll("claude", path, { mark });
  assertEquals([keys(shrunk), shrunk.is_anew], [["msg_2"], true]);

  const next = folder.claude([one, two, answerLine(3, { id: "msg_3" })], "new");
  Deno.renameSync(next, path);
  const replaced = readAll("claude", path, { mark });
  assertEquals(keys(replaced), ["msg_1", "msg_2", "msg_3"]);
  assertEquals(replaced.is_anew, true);
});

Deno.test("readTranscript() reads on in a file that is deleted meanwhile, and says that it is missing later", () => {
  using folder = new Folder();
  const path = folder.claude([one, two]);
  const steps = readTranscript("claude", path, { stepBytes: 100 });
  let read = steps.next().value?.usage.length ?? 0;
  Deno.removeSync(path);
  for (const batch of steps) read += batch.usage.length;
  assertEquals(read, 2);
  assertEquals(faultOf(path), "missing");
});

Deno.test("readTranscript() closes the file when the caller stops", () => {
  using folder = new Folder();
  const path = folder.claude([one, two]);
  for (const batch of readTranscript("claude", path, { stepBytes: 9 })) {
    assertEquals(batch.mark.offset, 0);
    break; // the test fails if a file stays open
  }
});

Deno.test("readTranscript() takes a mark whose state is damaged for one without", () => {
  using folder = new Folder();
  const path = folder.claude([one]);
  const { mark } = readAll("claude", path);
  for (const state of ["", "[]", "null", '{"reader":7,"long":"x"}']) {
    Deno.writeTextFileSync(path, print([one, two]));
    const read = readAll("claude", path, { mark: { ...mark!, state } });
    assertEquals(keys(read), ["msg_2"]);
  }
});

const odd: [
  name: string,
  make: (folder: Folder, path: string) => void,
  fault: string,
][] = [
  ["a missing file", () => {}, "missing"],
  ["a folder", (_, path) => Deno.mkdirSync(path), "not a plain file"],
  [
    "a link to another file",
    (folder, path) => Deno.symlinkSync(folder.write("x.jsonl", [one]), path),
    "not a plain file",
  ],
  [
    "a pipe that no process writes to",
    (_, path) => {
      const { success } = new Deno.Command("mkfifo", { args: [path] })
        .outputSync();
      assertEquals(success, true);
    },
    "not a plain file",
  ],
  [
    "binary content",
    (_, path) =>
      Deno.writeFileSync(path, new Uint8Array(5000).map((_, i) => i % 251)),
    "not a transcript",
  ],
  [
    "another program's JSON Lines",
    (_, path) => Deno.writeTextFileSync(path, '{"level":"info"}\n'),
    "not a transcript",
  ],
  [
    "a sparse file of 10 GB",
    (_, path) => {
      using file = Deno.openSync(path, { write: true, create: true });
      file.truncateSync(10 * 1024 ** 3);
    },
    "too large",
  ],
  [
    "a sparse file of 1 GB",
    (_, path) => {
      using file = Deno.openSync(path, { write: true, create: true });
      file.truncateSync(1024 ** 3);
    },
    "not a transcript",
  ],
];

for (const [name, make, fault] of odd) {
  Deno.test(`readTranscript() refuses ${name}`, () => {
    using folder = new Folder();
    const path = folder.claude([], "made");
    Deno.removeSync(path);
    make(folder, path);
    assertEquals(faultOf(path), fault);
  });
}

Deno.test("readTranscript() refuses a file of another user", {
  ignore: Deno.uid() !== 0,
}, () => {
  using folder = new Folder();
  const path = folder.claude([one]);
  Deno.chownSync(path, 1, 1);
  assertEquals(faultOf(path), "another user's");
});

Deno.test("readTranscript() refuses a transcript that a linked folder leads out to", () => {
  using folder = new Folder();
  const path = folder.write(`elsewhere/${SESSION}.jsonl`, [one]);
  folder.claude([one]);
  const link = `${folder.path}/.claude/projects/-link`;
  Deno.symlinkSync(`${folder.path}/elsewhere`, link);
  assertEquals(faultOf(`${link}/${SESSION}.jsonl`), "not a transcript");
  // The same path without a link is a transcript.
  assertEquals(keys(readAll("claude", path)), ["msg_1"]);
});

Deno.test("readTranscript() reads below an agent's folder that is a link itself", () => {
  using folder = new Folder();
  folder.claude([one]);
  const link = `${folder.path}/linked`;
  Deno.symlinkSync(`${folder.path}/.claude`, link);
  const path = `${link}/projects/-repo-app/${SESSION}.jsonl`;
  assertEquals(keys(readAll("claude", path)), ["msg_1"]);
});

const paths: [agent: "claude" | "codex" | "vibe", path: string, is: boolean][] =
  [
    ["claude", `/home/u/.claude/projects/-repo/${SESSION}.jsonl`, true],
    ["claude", `/home/u/p/${SESSION}/subagents/agent-a7.jsonl`, true],
    ["claude", `projects/${SESSION}.jsonl`, false],
    ["claude", `/home/u/../../etc/${SESSION}.jsonl`, false],
    ["claude", "/etc/passwd", false],
    ["claude", "/etc/passwd\0.jsonl", false],
    ["claude", "/home/u/.ssh/id_rsa", false],
    ["claude", "/home/u/.claude/projects/-repo/", false],
    ["claude", `/${"x".repeat(5000)}/a.jsonl`, false],
    [
      "codex",
      `/h/.codex/sessions/2026/11/03/rollout-2026-${THREAD}.jsonl`,
      true,
    ],
    ["codex", `/h/.codex/sessions/2026/11/03/${THREAD}.jsonl`, false],
    ["codex", "/h/.codex/history.jsonl", false],
    ["vibe", "/h/.vibe/logs/session/a.jsonl", false],
  ];

for (const [agent, path, is] of paths) {
  Deno.test(`isTranscriptPath() says ${is} for ${agent} of ${path.slice(0, 80)}`, () => {
    assertEquals(isTranscriptPath(agent, path), is);
    const text = (key: string) => key === "agent_transcript_path" ? path : null;
    assertEquals(transcriptPaths(agent, { text }), is ? [path] : []);
    if (is) return;
    assertEquals(
      assertThrows(() => [...readTranscript(agent, path)], TranscriptError)
        .fault,
      "not a transcript",
    );
  });
}

Deno.test("listSessionFiles() lists the subagents of both layouts, and no links", () => {
  using folder = new Folder();
  const main = folder.claude([one]);
  const inner = folder.claude([one], `${SESSION}/subagents/agent-a1`);
  const older = folder.claude([one], "agent-b2");
  folder.claude([one], "another-session");
  folder.claude([one], `${SESSION}/subagents/notes`);
  Deno.symlinkSync(older, inner.replace("agent-a1", "agent-a2"));
  assertEquals(listSessionFiles("claude", main), [main, inner, older]);
  assertEquals(listSessionFiles("claude", "/etc/passwd"), []);
  const rollout = folder.codex([]);
  assertEquals(listSessionFiles("codex", rollout), [rollout]);
});

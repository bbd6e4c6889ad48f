// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tokens of transcripts beside ccusage's: equal to the token for each session, model and day, or a
 * difference whose smallest example is here and in docs/compatibility.md.
 */
import { assertEquals, assertGreater, assertNotEquals } from "@std/assert";
import type { UsageFact } from "../../src/transcripts/mod.ts";
import {
  answerLine,
  countLine,
  print,
  readAll,
  threadLine,
} from "../unit/transcripts/_transcripts.ts";
import {
  askCcusage,
  ccusageTest,
  type Row,
  sumRows,
  type Tables,
} from "./_ccusage.ts";
import { claudeTree, codexTree, type TreeFile } from "./_transcript_trees.ts";

const SEED = Number(
  Deno.env.get("KAIZEN_INTEROP_SEED") || Math.floor(Math.random() * 2 ** 30),
);
const ZONES = [
  "UTC",
  "America/Los_Angeles",
  "Asia/Kolkata",
  "Pacific/Auckland",
];

type Agent = "claude" | "codex";

/**
 * Our figures: each message once, for the session that was read first with it, as the store has it.
 */
function ourTables(
  agent: Agent,
  home: string,
  files: readonly TreeFile[],
  zone: string,
): Tables {
  const messages = new Map<string, UsageFact & { file: string }>();
  for (const [file] of files) {
    for (const fact of readAll(agent, `${home}/${file}`).usage) {
      const known = messages.get(fact.key);
      const isBetter = known === undefined || known.file === file ||
        known.is_copy && !fact.is_copy;
      if (isBetter) messages.set(fact.key, { ...fact, file });
    }
  }
  const day = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
  return sumRows([...messages.values()].map((fact): Row => ({
    // ccusage has a subagent's thread of Codex as a session of its own.
    session: agent === "codex"
      ? fact.agent_id ?? fact.session_id
      : fact.session_id,
    model: fact.model,
    day: day.format(fact.ts_ms),
    figures: [
      fact.tokens.input,
      fact.tokens.output,
      fact.tokens.cache_write_5m + fact.tokens.cache_write_1h,
      fact.tokens.cache_read,
    ],
  })));
}

/** Writes the files into a home, and gives both answers about it. */
function judge(
  agent: Agent,
  files: readonly TreeFile[],
  zone = "UTC",
): { ours: Tables; theirs: Tables } {
  const home = Deno.makeTempDirSync({ prefix: "kaizen-judge-" });
  try {
    for (const [path, content] of files) {
      const whole = `${home}/${path}`;
      Deno.mkdirSync(whole.slice(0, whole.lastIndexOf("/")), {
        recursive: true,
      });
      Deno.writeTextFileSync(whole, content);
    }
    return {
      ours: ourTables(agent, home, files, zone),
      theirs: askCcusage(agent, home, zone),
    };
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
}

const TREES = { claude: claudeTree, codex: codexTree };

for (const agent of ["claude", "codex"] as const) {
  for (const [i, zone] of ZONES.entries()) {
    const seed = SEED + i;
    ccusageTest(
      `${agent}'s tokens are those of ccusage for each session, model and day in ${zone} (seed ${seed})`,
      () => {
        const { ours, theirs } = judge(agent, TREES[agent](seed), zone);
        assertGreater(ours.session.size, 20);
        assertGreater(ours.day.size, 20);
        assertEquals(ours.session, theirs.session);
        assertEquals(ours.model, theirs.model);
        assertEquals(ours.day, theirs.day);
      },
    );
  }
}

const FIRST = "00000000-0000-4000-8000-0000000000a1";
const SECOND = "ffffffff-0000-4000-8000-0000000000a2";
const claude = (session: string, lines: object[]): TreeFile => [
  `.claude/projects/-repo-app/${session}.jsonl`,
  print(lines.map((line) => ({ ...line, sessionId: session }))),
];
const usage = (output: number) => ({
  usage: {
    input_tokens: 10,
    output_tokens: output,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation: undefined,
  },
});

/** The differences: [number in docs/compatibility.md, files, what we say, what ccusage says]. */
const differences: [
  name: string,
  agent: Agent,
  files: TreeFile[],
  ours: Record<string, number>,
  theirs: Record<string, number>,
][] = [
  [
    "U1: a copy whose file sorts before the original's",
    "claude",
    [
      claude(SECOND, [answerLine(1, { id: "msg_1", ...usage(5) })]),
      claude(FIRST, [
        answerLine(1, { id: "msg_1", ...usage(5) }),
        answerLine(9, { id: "msg_2", ...usage(7) }),
      ]),
    ],
    { [FIRST]: 7, [SECOND]: 5 },
    { [FIRST]: 12 },
  ],
  [
    "U2: a last record with fewer tokens than an earlier one",
    "claude",
    [
      claude(FIRST, [
        answerLine(1, { id: "msg_1", ...usage(9) }),
        answerLine(2, { id: "msg_1", ...usage(5) }),
      ]),
    ],
    { [FIRST]: 5 },
    { [FIRST]: 9 },
  ],
  [
    "U3: tokens of an error of the API",
    "claude",
    [
      claude(FIRST, [
        answerLine(1, { id: "msg_1", ...usage(9) }),
        answerLine(2, {
          id: "msg_2",
          ...usage(5),
          more: { isApiErrorMessage: true },
        }),
      ]),
    ],
    { [FIRST]: 9 },
    { [FIRST]: 14 },
  ],
  [
    "U4: a line whose directory is null",
    "claude",
    [claude(FIRST, [answerLine(1, { ...usage(9), more: { cwd: null } })])],
    { [FIRST]: 9 },
    {},
  ],
  [
    "U5: a subagent's file of older versions",
    "claude",
    [
      claude(FIRST, [answerLine(1, { id: "msg_1", ...usage(9) })]),
      [
        ".claude/projects/-repo-app/agent-a7.jsonl",
        print([answerLine(2, {
          id: "msg_2",
          ...usage(5),
          more: { sessionId: FIRST, isSidechain: true, agentId: "a7" },
        })]),
      ],
    ],
    { [FIRST]: 14 },
    { [FIRST]: 9, "agent-a7": 5 },
  ],
  [
    "U7: a repeated count within a second, in a fork without a copied history",
    "codex",
    [[
      `.codex/sessions/2026/11/03/rollout-2026-11-03T09-00-00-${FIRST}.jsonl`,
      print([
        threadLine(0, { forked_from_id: SECOND }, FIRST),
        countLine(70, [50, 0, 5, 0], [50, 0, 5, 0]),
        countLine(71, [50, 0, 5, 0], [50, 0, 5, 0]),
      ]),
    ]],
    { [FIRST]: 5 },
    {},
  ],
];

for (const [name, agent, files, ours, theirs] of differences) {
  ccusageTest(`${name} is counted differently`, () => {
    const found = judge(agent, files);
    const outputs = (tables: Tables) =>
      Object.fromEntries(
        [...tables.session].map(([session, [, output]]) => [session, output]),
      );
    assertEquals(outputs(found.ours), ours);
    assertEquals(outputs(found.theirs), theirs);
  });
}

ccusageTest(
  "U6: a thread that names no model has none with us, and gpt-5 with ccusage",
  () => {
    const file: TreeFile = [
      `.codex/sessions/2026/11/03/rollout-2026-11-03T09-00-00-${FIRST}.jsonl`,
      print([threadLine(0, {}, FIRST), countLine(5, [100, 20, 30, 10], null)]),
    ];
    const { ours, theirs } = judge("codex", [file]);
    assertEquals(ours.session, theirs.session);
    assertNotEquals(ours.model, theirs.model);
    assertEquals([...ours.model.keys()], ["unknown"]);
    assertEquals([...theirs.model.keys()], ["gpt-5"]);
  },
);

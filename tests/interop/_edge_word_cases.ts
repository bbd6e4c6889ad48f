// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Words that another language compares, folds, orders or trims in another way: ids, agents, models.
 * @module
 */
import { type Case, detail, ingest, list } from "./_case.ts";
import { event, send } from "./_edge_steps.ts";

/** Bytes of an id that no file could have for a name. */
const LONG = 600;

/** One case a corner. */
export function edgeWordCases(): Case[] {
  return [
    ...idCases(),
    orderCase(),
    ...prefixCases(),
    trimCase(),
    foldingCase(),
    emptyCase(),
  ];
}

/** Ids that a filter, a C string or a comparison could take for another one. */
function idCases(): Case[] {
  const groups: Record<string, string[]> = {
    "zero bytes in ids": ["a", "a\0", "a\0b", "a\0c", "\0", "\0\0"],
    "ids that look alike": ["é", "e\u0301", "É", "s", "S", " s", "s ", "ſ"],
    "ids of white space and controls": [" ", "\t", "\n", "\u0085", "\ufeff"],
    "ids that mean something to SQL": ["%", "_", "'", '"', "\\", "s%", "--"],
    "ids that mean something to the program": ["v1:1:s:", ":", "@latest", "-"],
    "a long id": ["x".repeat(LONG), "x".repeat(LONG + 1)],
  };
  return Object.entries(groups).map(([name, ids]) => ({
    name,
    steps: [
      ...ids.flatMap((id) => {
        const text = JSON.stringify(id).slice(1, -1);
        return [
          send("PreToolUse", text, `,"tool_name":"${text}","id":"${text}"`),
          send("PostToolUse", text, `,"tool_name":"${text}","id":"${text}"`),
        ];
      }),
      ...ids.map((id) => detail(id)),
      detail(""),
      detail("ſs"),
      list(),
      list({ limit: 2, offset: 1 }),
    ],
  }));
}

/** Sessions, paths and spans of the same time: by UTF-8 bytes, not by UTF-16 units. */
function orderCase(): Case {
  const ids = ["\uff5e", "😀", "\ue000", "é", "e", "Z", "\u{10ffff}", "\0"];
  const paths = ids.map((id) => `{"path":${JSON.stringify(id)}}`);
  return {
    name: "order by bytes",
    steps: [
      ...ids.map((id) => send("SessionStart", JSON.stringify(id).slice(1, -1))),
      list(),
      ...ids.map((id) =>
        send("PreToolUse", "s", `,"id":${JSON.stringify(id)},"x":[${paths}]`)
      ),
      ...ids.map((id) =>
        send("PostToolUse", "s", `,"id":${JSON.stringify(id)}`)
      ),
      detail("s"),
    ],
  };
}

/** Filters by agent with letters that change their length, of zero bytes and of SQL's wildcards. */
function prefixCases(): Case[] {
  const prefixes = ["CLAUDE", "cLaU", "claude\0", "claude\0x", "\0", "c\0"]
    .concat(["İ", "ı", "CODEX", "ſ", "ΑΣ", "ＣＵＲ", "CUR", "cur\u0301", " c"])
    .concat(["claude ", "%", "_", "\\", "c\\", "cl%", "[c]", "c*", "?", "'"]);
  return [{
    name: "agent prefixes",
    steps: [
      send("SessionStart", "a"),
      ingest(
        "claude",
        `{"hook_event_name":"SessionStart","session_id":"b","timestamp_ms":2}`,
      ),
      ingest(
        "claude",
        `{"hook_event_name":"SessionStart","session_id":"c","timestamp_ms":3,"turn_id":1}`,
      ),
      ...prefixes.map((agent_prefix) => list({ filter: { agent_prefix } })),
    ],
  }];
}

/** White space of Unicode around a payload and a model: not what JavaScript trims. */
function trimCase(): Case {
  const spaces = ["\u000b", "\u000c", "\u001c", "\u001f", "\u0085", "\u00a0"]
    .concat(["\u1680", "\u180e", "\u2000", "\u200a", "\u200b", "\u2028"])
    .concat(["\u2029", "\u202f", "\u205f", "\u2060", "\u3000", "\ufeff", "\0"]);
  return {
    name: "white space",
    steps: [
      ...spaces.flatMap((space, i) => {
        const id = `s${i}`;
        const model = JSON.stringify(`${space}m${space}`);
        return [
          ingest("cursor", `${space}${event("Stop", id)}${space}`),
          send("Stop", id, `,"model":${model}`),
          detail(id),
          send("Stop", id, `,"model":${JSON.stringify(space)}`),
          detail(id),
        ];
      }),
    ],
  };
}

/** Models and transcripts that are codex in some alphabets only. */
function foldingCase(): Case {
  const models = ["GPT-5", "\u212aindle-", "KINDLE-x", "ＧＰＴ-", "c\u043edex"]
    .concat(["CODEX", "nova", "NOVA-", "o1", "O3", "0o4", "ｏ1", "gpt", "Gpt-"])
    .concat(["no\u0301va-", "nova\u2010", "codeﬁx", "\0codex", "co\0dex"]);
  const transcripts = [
    "/.CODEX/",
    "/.codex",
    ".codex/",
    "\\.Codex\\",
    "/.codex\\",
  ]
    .concat(["/.\u212aodex/", "/.codeＸ/", "\0/.codex/", "/x/.codex/y"]);
  const start = (id: string, more: string) =>
    ingest(
      "claude",
      `{"hook_event_name":"Stop","session_id":"${id}","timestamp_ms":1,${more}}`,
    );
  return {
    name: "codex in other letters",
    steps: [
      ...models.map((text, i) =>
        start(`m${i}`, `"model":${JSON.stringify(text)}`)
      ),
      ...transcripts.map((text, i) =>
        start(`t${i}`, `"transcript_path":${JSON.stringify(text)}`)
      ),
      list(),
    ],
  };
}

/** Nothing in every place of a text. */
function emptyCase(): Case {
  return {
    name: "empty texts",
    steps: [
      send("", "s", `,"tool_name":"","id":"","model":"","stop_reason":""`),
      send("PreToolUse", "s", `,"tool_name":"","tool":"x","tool_call_id":""`),
      send("PreToolUse", "s", `,"tool_name":"","tool_use_id":"","id":"a"`),
      send("PostToolUse", "s", `,"tool_name":"","path":"","":"","x":{"":{}}`),
      send("PostToolUse", "s", `,"call_id":"","transcript_path":""`),
      send("SessionStart", "e", `,"cursor_version":"","version":"x","os":""`),
      ingest("cursor", ""),
      ingest("cursor", " "),
      ingest("cursor", '""'),
      detail("s"),
      detail("e"),
      list(),
      list({ filter: { agent_prefix: "" } }),
    ],
  };
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The ends of what texts, numbers, folders and trees can be, each at a place where two programs in two languages easily part.
 * @module
 */
import { type JsonObject, MAX_REQUEST_BYTES } from "../../src/proto/mod.ts";
import {
  body,
  type Case,
  detail,
  ingest,
  list,
  type Step,
  WORKSPACE,
} from "./_case.ts";

const START_MS = 1_714_000_000_000;
/** Bytes of an id that no file could have for a name. */
const LONG = 600;
/** Calls in calls that an answer cannot hold within the depth that requests have: each is two levels. */
const DEEP = 70;

/** One case a corner. */
export function edgeCases(): Case[] {
  return [
    ...idCases(),
    orderCase(),
    ...prefixCases(),
    trimCase(),
    foldingCase(),
    prototypeCase(),
    ...textCases(),
    numberCase(),
    timeCase(),
    emptyCase(),
    ...workspaceCases(),
    ...treeCases(),
    ...memoryCases(),
    longCase(),
    limitCase(),
    crowdCase(),
    bytesCase(),
  ];
}

/** An event as JSON text, so that its numbers and escapes keep their spelling. */
function event(name: string, session: string, more = ""): string {
  return `{"event":"${name}","session_id":"${session}","timestamp_ms":${START_MS}${more}}`;
}

function send(name: string, session: string, more = "", workspace = WORKSPACE) {
  return ingest("cursor", event(name, session, more), workspace);
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

/** What a filter by agent makes of letters that change their length, of zero bytes and of SQL's wildcards. */
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

/** Names that every object of JavaScript has. */
function prototypeCase(): Case {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
  return {
    name: "names that objects have by themselves",
    steps: [
      ...names.flatMap((name) => [
        send("PreToolUse", name, `,"tool_name":"${name}","id":"${name}"`),
        send(
          "PostToolUse",
          name,
          `,"id":"${name}","${name}":{"path":"${name}"},"x":"{\\"${name}\\":{\\"file\\":\\"f\\"}}"`,
        ),
        send(name, "names"),
        detail(name),
      ]),
      send("Stop", "p", `,"__proto__":{"model":"m","tool_name":"t","id":"i"}`),
      send("Stop", "p", `,"message":{"__proto__":{"model":"m"}}`),
      send("Stop", "p", `,"__proto__":7,"__proto__":{"path":1}`),
      detail("p"),
      detail("names"),
      list(),
    ],
  };
}

/** Keys that come twice, escapes of every kind, JSON in texts. */
function textCases(): Case[] {
  const members: Record<string, string[]> = {
    "keys that come twice": [
      `"id":"a","id":"b"`,
      `"id":"a","id":7`,
      `"id":7,"tool_use_id":"c"`,
      `"event":"Stop"`,
      `"session_id":"t"`,
      `"timestamp_ms":1714000000001`,
      `"x":{"path":"a"},"x":{"path":"b"}`,
      `"x":{"path":"a","path":"b"}`,
      `"x":{"path":{"path":"a"},"path":"b"}`,
      `"x":"{\\"path\\":\\"a\\",\\"path\\":\\"b\\"}"`,
      `"model":"a","model":"b"`,
      `"\\u006dodel":"c"`,
    ],
    "escapes": [
      `"x":"\\/\\b\\f\\n\\r\\t\\"\\\\"`,
      `"x":"\\uD83D\\uDE00\\ud83d\\ude00"`,
      `"x":"\\u0000\\u001f\\u007f\\u2028\\ufffe\\uffff"`,
      `"x":"\u007f\u2028\ufffe\uffff"`,
      `"p\\u0061th":"a"`,
      `"x":"\\ud800"`,
      `"x":"\\udc00\\ud800"`,
      `"\\ud800":1`,
      `"x":"\\uD83D\\u0041"`,
      `"x":"\\u00G0"`,
    ],
    "JSON in texts": [
      ` {"path":"a"} `,
      `\ufeff{"path":"a"}`,
      `\u00a0{"path":"a"}`,
      `{"path":"a"}{"path":"b"}`,
      `{"path":"a",}`,
      `{"path":"a","n":1e400}`,
      `{"path":"a","n":1e-400}`,
      `{"path":"a","n":123456789012345678901234567890}`,
      `{"path":"a","t":"\\ud800"}`,
      `{"path":"a","t":"\u0001"}`,
      `"{\\"path\\":\\"a\\"}"`,
      `["[\\"[{\\\\\\"file\\\\\\":\\\\\\"a\\\\\\"}]\\"]"]`,
      `{"path":"{\\"path\\":\\"b\\"}"}`,
      `{"{\\"path\\":\\"a\\"}":1}`,
      `-0`,
      `null`,
      "",
      `${"[".repeat(127)}{"path":"a"}${"]".repeat(127)}`,
      `${"[".repeat(126)}{"path":"a"}${"]".repeat(126)}`,
      `${"[".repeat(125)}{"path":"a"}${"]".repeat(125)}`,
    ].map((text) => `"x":${JSON.stringify(text)}`),
    "paths that are no texts": [
      `"path":["a"]`,
      `"path":[{"file":"a"}]`,
      `"path":{"a":"b"}`,
      `"path":true`,
      `"file":"\\u0000"`,
      `"file":" "`,
      `"Path":"a"`,
      `"paths":["a"]`,
      `"relative_workspace_path":"../../x"`,
    ],
  };
  return Object.entries(members).map(([name, all]) => ({
    name,
    steps: [
      ...all.flatMap((member, i) => [
        send("PreToolUse", "s", `,"id":"c${i}","tool_name":"T",${member}`),
        send("PostToolUse", "s", `,"tool_name":"T"`),
      ]),
      detail("s"),
      detail("t"),
      list(),
    ],
  }));
}

/** Where a number ends to be one, in payloads and in what is read of them. */
function numberCase(): Case {
  const numbers = ["1E400", "-1e400", "1e308", "1.7976931348623157e308"]
    .concat(["1.7976931348623159e308", "5e-324"])
    .concat(["2e-324", "1e-400", "-1e-400", "0e999999999999", "0e-99999999"])
    .concat(["1e00000000000000000001", "1E+2", "-0", "-0.0", "00", "-", "1.e1"])
    .concat(["9223372036854775808", "-9223372036854775808"])
    .concat(["-9223372036854775809", "18446744073709551616", "1e19", "0.5"])
    .concat([`1${"0".repeat(308)}`, `1${"0".repeat(309)}`])
    .concat([`0.${"0".repeat(400)}1`, `1${"0".repeat(400)}e-400`]);
  return {
    name: "numbers",
    steps: [
      ...numbers.flatMap((number, i) => [
        send("Notification", `n${i}`, `,"n":${number}`),
        send("PreToolUse", `k${i}`, `,"input_tokens":${number}`),
        send(
          "PreToolUse",
          `k${i}`,
          `,"timestamp_ms":${START_MS},"a":[${number}]`,
        ),
        detail(`n${i}`),
        detail(`k${i}`),
      ]),
    ],
  };
}

/** Times that are none, or as long as 64 bits can say. */
function timeCase(): Case {
  const at = (source: string, id: string, members: string) =>
    ingest(
      source,
      `{"event":"PreToolUse","session_id":"${id}","tool_name":"T",${members}}`,
    );
  const seconds = ["1", "999999999999", "1000000000000", "999999999999999"]
    .concat(["9223372036854775807", "18446744073709551615"]);
  const times = ["1", "253402300800000", "9007199254740993"]
    .concat(["9223372036854775807", "9223372036854775808"])
    .concat(["18446744073709551615"]);
  return {
    name: "times of every size",
    expiring: true,
    steps: [
      ...seconds.map((text, i) => at("vibe", `v${i}`, `"timestamp":${text}`)),
      ...seconds.map((text, i) =>
        at("vibe", `w${i}`, `"timestamp_ms":-1,"timestamp":${text}`)
      ),
      ...times.map((text, i) =>
        at("cursor", `c${i}`, `"timestamp_ms":${text}`)
      ),
      ...times.map((text, i) =>
        ingest(
          "cursor",
          `{"event":"PostToolUse","session_id":"c${i}","timestamp_ms":${text}}`,
        )
      ),
      list(),
      list({ limit: 3 }),
      ...["0", "1", "9223372036854775807", "9223372036854775808"]
        .map((text) => list({ filter: { since_ms: BigInt(text) } })),
      ...seconds.flatMap((_, i) => [detail(`v${i}`), detail(`w${i}`)]),
      ...times.map((_, i) => detail(`c${i}`)),
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

/** One folder under many names, and names of none. */
function workspaceCases(): Case[] {
  const look = (workspace: string): Step[] => [
    detail("s", workspace),
    list({ workspace }),
  ];
  const spellings = ["$W/app/.", "$W/app/../app", "$W//app", "$W/./app"]
    .concat(["$W/link/", "$W/link/../app", "$W/gone/../app", "$W/gone/"])
    .concat([
      "$W/app\0",
      "$W/app ",
      "$W/APP",
      "$W/app\n",
      "$W/é",
      "$W/e\u0301",
      `$W${"/x".repeat(50)}`,
    ]);
  return [
    ...spellings.map((workspace) => ({
      name: `workspace ${JSON.stringify(workspace)}`,
      steps: [
        send("Stop", "s", `,"n":1`),
        send("Stop", "s", `,"n":2`, workspace),
        ...look(workspace),
        ...look(WORKSPACE),
      ],
    })),
    {
      name: "a link that comes to stand for another folder",
      steps: [
        send("PreToolUse", "s", `,"n":1`, "$W/link"),
        { do: "link", file: "link", to: "other" },
        send("PreToolUse", "s", `,"n":2`, "$W/link"),
        ...look("$W/link"),
        ...look("$W/app"),
        ...look("$W/other"),
        { do: "restart" },
        send("PostToolUse", "s", `,"n":3`, "$W/link"),
        ...look("$W/other"),
      ],
    },
    {
      name: "a folder that comes after its events, as a link",
      steps: [
        send("SessionStart", "s", `,"n":1`, "$W/late"),
        ...look("$W/late"),
        { do: "link", file: "late", to: "app" },
        send("Stop", "s", `,"n":2`, "$W/late"),
        ...look("$W/late"),
        ...look("$W/app"),
      ],
    },
    {
      name: "a session that two folders have",
      steps: [
        send("SessionStart", "s", `,"model":"a","id":"x"`, "$W/app"),
        send("PreToolUse", "s", `,"tool_name":"A","id":"x"`, "$W/app"),
        send("PreToolUse", "s", `,"tool_name":"B","id":"x"`, "$W/other"),
        send("PostToolUse", "s", `,"id":"x"`, "$W/app"),
        send("SessionStart", "s", `,"model":"b"`, "$W/other"),
        { do: "restart" },
        send("PostToolUse", "s", `,"id":"x"`, "$W/other"),
        ...look("$W/app"),
        ...look("$W/other"),
        ...look("$W/link"),
      ],
    },
    {
      name: "a file, and links that lead nowhere or round in circles",
      steps: [
        { do: "write", file: "file", text: "" },
        { do: "link", file: "dangling", to: "nowhere" },
        { do: "link", file: "round", to: "round" },
        ...["$W/file", "$W/file/x", "$W/dangling", "$W/dangling/x", "$W/round"]
          .flatMap((workspace) => [
            send("Stop", "s", "", workspace),
            ...look(workspace),
          ]),
        ...look("$W/nowhere"),
      ],
    },
  ];
}

/** Calls in calls, ended from within and not at all. */
function treeCases(): Case[] {
  const calls = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      send(
        "PreToolUse",
        "s",
        `,"id":"c${i}","tool_name":"T","input_tokens":3,"total_cost_usd":0.5`,
      ));
  const ends = (count: number) =>
    Array.from(
      { length: count },
      (_, i) =>
        send("PostToolUse", "s", `,"id":"c${count - 1 - i}","output_tokens":2`),
    );
  return [
    {
      name: "calls in calls",
      steps: [...calls(12), ...ends(12), detail("s")],
    },
    {
      name: "calls deeper than JSON may nest in requests",
      live: true,
      steps: [...calls(DEEP), ...ends(DEEP), detail("s")],
    },
    {
      name: "as many calls that nothing ends but Stop",
      live: true,
      steps: [...calls(DEEP), send("Stop", "s"), detail("s")],
    },
    {
      name: "calls in calls after a restart, ended by others",
      steps: [
        ...calls(6),
        { do: "restart" },
        send("PostToolUse", "s", `,"tool_name":"X","id":"none"`),
        ...ends(3),
        { do: "restart" },
        send("PostToolUse", "s"),
        send("Stop", "s"),
        detail("s"),
      ],
    },
  ];
}

/** The last event that an open call is read back from after a restart, and the one before. */
function memoryCases(): Case[] {
  return [511, 512].map((notes) => ({
    name: `a call and ${notes} events`,
    live: true,
    steps: [
      send("PreToolUse", "s", `,"id":"a"`),
      ...Array.from({ length: notes }, () => send("Notification", "s")),
      { do: "restart" as const },
      send("PostToolUse", "s", `,"id":"a"`),
      detail("s"),
    ],
  }));
}

/** Texts of a megabyte in every column that holds one. */
function longCase(): Case {
  const long = "é".repeat(512 * 1024);
  return {
    name: "texts of a megabyte",
    live: true,
    steps: [
      send("PreToolUse", long, `,"tool_name":"${long}","id":"${long}"`),
      send("SessionStart", long, `,"model":"${long}","version":"${long}"`),
      send("PostToolUse", long, `,"path":"${long}","stop_reason":"${long}"`),
      detail(long),
      list(),
      list({ filter: { agent_prefix: "cursor".repeat(8_000) } }),
    ],
  };
}

/** The greatest frame, and one that is a byte longer. */
function limitCase(): Case {
  const sized = (bytes: number) => {
    const before =
      '{"type":"ingest_hook","source":"cursor","workspace":"/gone/limit","payload":"{\\"event\\":\\"x\\",\\"session_id\\":\\"s\\",\\"timestamp_ms\\":1,\\"x\\":\\"';
    const after = '\\"}"}';
    return body(
      `${before}${"x".repeat(bytes - before.length - after.length)}${after}`,
    );
  };
  return {
    name: "frames of the greatest length",
    live: true,
    steps: [
      sized(MAX_REQUEST_BYTES),
      sized(MAX_REQUEST_BYTES + 1),
      detail("s", "/gone/limit"),
      list({ workspace: "/gone/limit" }),
    ],
  };
}

/** Many sessions of few times and states, page by page. */
function crowdCase(): Case {
  const crowd = 120;
  const names = ["SessionStart", "Stop", "PreToolUse"];
  const filters: JsonObject[] = [
    {},
    { status: "Done" },
    { agent_prefix: "VI" },
    { since_ms: START_MS + 2 },
  ];
  return {
    name: "pages of many sessions",
    live: true,
    steps: [
      ...Array.from({ length: crowd }, (_, i) =>
        ingest(
          i % 4 === 0 ? "vibe" : "cursor",
          `{"event":"${names[i % 3]}","session_id":"${
            i * 7919 % 1000
          }","timestamp_ms":${START_MS + i % 5}}`,
        )),
      ...filters.flatMap((filter) =>
        Array.from(
          { length: crowd / 10 + 1 },
          (_, i) => list({ offset: 10 * i, limit: 10, filter }),
        )
      ),
    ],
  };
}

/** Bytes that are no text, wherever a text may stand. */
function bytesCase(): Case {
  const places: [before: string, after: string][] = [
    ['{"type":"status","', '":1}'],
    ['{"type":"status","x":{"y":["', '"]}}'],
    ['{"type":"get_session_detail","id":"', '","workspace":"/w"}'],
    ['{"type":"get_session_detail","id":"x","workspace":"/w', '"}'],
    ['{"type":"ingest_hook","source":"cursor","payload":"', '"}'],
    ['{"type":"sta', 'tus"}'],
    ['{"type":"status"}', ""],
    ["", '{"type":"status"}'],
  ];
  const wrong = [[0x80], [0xc3], [0xc1, 0xbf], [0xe0, 0x80, 0x80]]
    .concat([[0xed, 0xbf, 0xbf], [0xf5, 0x80, 0x80, 0x80], [0xef, 0xbf]]);
  const encoder = new TextEncoder();
  return {
    name: "bytes that are no text",
    steps: [
      ...places.flatMap(([before, after]) =>
        wrong.map((bytes) =>
          body(Uint8Array.from([
            ...encoder.encode(before),
            ...bytes,
            ...encoder.encode(after),
          ]))
        )
      ),
      list(),
    ],
  };
}

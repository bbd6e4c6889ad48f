// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * JSON that two parsers easily read in two ways: keys, escapes, numbers, times, JSON in texts.
 * @module
 */
import { type Case, detail, ingest, list } from "./_case.ts";
import { send, START_MS } from "./_edge_steps.ts";

/** One case a corner. */
export function edgeJsonCases(): Case[] {
  return [
    prototypeCase(),
    ...textCases(),
    numberCase(),
    timeCase(),
  ];
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

/** Texts at the border of being a number, in payloads and in the values read from them. */
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

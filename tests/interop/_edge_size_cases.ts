// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Cases of the largest size, of more rows than a page holds, and of no text.
 * @module
 */
import { type JsonObject, MAX_REQUEST_BYTES } from "../../src/proto/mod.ts";
import { body, type Case, detail, ingest, list } from "./_case.ts";
import { send, START_MS } from "./_edge_steps.ts";

/** One case a corner. */
export function edgeSizeCases(): Case[] {
  return [
    longCase(),
    limitCase(),
    crowdCase(),
    bytesCase(),
  ];
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

/** Bytes that are no text, in each place of a text. */
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

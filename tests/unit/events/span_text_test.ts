// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { decodeJson, type SpanRow } from "../../../src/proto/mod.ts";
import {
  buildSpanTree,
  measureSpans,
  printSpanView,
} from "../../../src/events/mod.ts";
import { joinBytes, printTree } from "./_memory_daemon.ts";

const ROW: SpanRow = {
  spanId: "v1:2:c1:t1",
  parentSpanId: null,
  tool: "Read",
  status: "done",
  startMs: 1,
  leadTimeMs: 750,
  tokensIn: 100,
  tokensOut: 7,
  reasoningTokens: null,
  costUsdE6: null,
  paths: ["/w/app/a.ts"],
  depth: 0,
  subtreeCostUsdE6: null,
  subtreeTokenCount: 107,
};

function print(rows: SpanRow[]): Uint8Array {
  const tree = buildSpanTree(rows);
  const text = joinBytes(printTree(tree));
  const steps = measureSpans(
    tree,
    (row) => encoder.encode(printSpanView(row)).length,
  );
  let step = steps.next();
  while (!step.done) step = steps.next();
  assertEquals(step.value, text.length);
  return text;
}

const encoder = new TextEncoder();
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("printSpans() prints a node as the reference does", () => {
  assertEquals(
    decode(print([ROW])),
    '[{"span":{"span_id":"v1:2:c1:t1","tool":"Read","status":"done","lead_time_ms":750,"tokens_in":100,"tokens_out":7,' +
      '"reasoning_tokens":null,"cost_usd_e6":null,"paths":["/w/app/a.ts"],"parent_span_id":null,"depth":0,' +
      '"subtree_cost_usd_e6":null,"subtree_token_count":107},"children":[],"subtree_cost_usd_e6":0,"subtree_token_count":107}]',
  );
});

Deno.test("printSpans() prints no spans as an empty array", () => {
  assertEquals(decode(print([])), "[]");
});

Deno.test("printSpans() keeps exact integers and nests children in order", () => {
  const exact = {
    leadTimeMs: 2n ** 64n - 1n,
    costUsdE6: -(2n ** 63n),
    subtreeCostUsdE6: 2n ** 63n - 1n,
    subtreeTokenCount: 4294967295,
  };
  const rows = [
    { ...ROW, spanId: "a", ...exact, paths: ["\0é\u{1F600}", '"'] },
    { ...ROW, spanId: "b", parentSpanId: "a", depth: 1, startMs: 2 },
    { ...ROW, spanId: "c", parentSpanId: "a", depth: 1, startMs: 1 },
    { ...ROW, spanId: "d", parentSpanId: "c", depth: 2 },
    { ...ROW, spanId: "e" },
  ];
  const text = decode(print(rows));
  const ids = [...text.matchAll(/"span_id":"(.)"/g)].map((match) => match[1]);
  assertEquals(ids.join(""), "acdbe");
  const value = decodeJson(new TextEncoder().encode(text));
  const first = Array.isArray(value) ? value[0] : null;
  assertEquals(
    JSON.stringify(first, (_, it) => typeof it === "bigint" ? `${it}n` : it)
      .match(/"(lead_time_ms|cost_usd_e6|paths)":("-?\d+n"|\[.*?\])/g)?.slice(
        0,
        3,
      ),
    [
      '"lead_time_ms":"18446744073709551615n"',
      '"cost_usd_e6":"-9223372036854775808n"',
      '"paths":["\\u0000é\u{1F600}","\\""]',
    ],
  );
  assertEquals(
    text.includes(
      '],"subtree_cost_usd_e6":9223372036854775807,"subtree_token_count":4294967295}',
    ),
    true,
  );
});

Deno.test("printSpans() prints in small pieces, a long view alone, and stands any depth", () => {
  const big = "x".repeat(100_000);
  const rows = Array.from({ length: 2000 }, (_, i) => ({
    ...ROW,
    spanId: `${i}`,
    parentSpanId: i === 0 ? null : `${i - 1}`,
    depth: i,
    tool: i === 1000 ? big : "Read",
  }));
  const tree = buildSpanTree(rows);
  const pieces = [...printTree(tree)];
  const long = pieces.filter((piece) => piece.length > 32 * 1024);
  assertEquals(long.map(decode), [
    ...rows.slice(1000, 1001).map(printSpanView),
  ]);
  const text = pieces.map(decode).join("");
  assertEquals(JSON.stringify(JSON.parse(text)), text);
  assertEquals(text, decode(print(rows)));
});

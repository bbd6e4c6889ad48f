// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import {
  type Cell,
  columnsOf,
  JsonText,
  type RecordKindWithColumns,
} from "../../../src/columns/data_columns.ts";
import { AnswerError } from "../../../src/proto/mod.ts";

const PAGE = new URL("../../../docs/columns.md", import.meta.url);
const KINDS = ["event", "session", "usage", "commit"] as const;

function readCells(
  kind: RecordKindWithColumns,
  record: unknown,
): Record<string, Cell> {
  return Object.fromEntries(
    columnsOf(kind).flatMap(({ name, read }) => {
      const cell = read(record);
      return cell === null ? [] : [[name, cell]];
    }),
  );
}

/** The tables of the page: the columns of each command, as their names and types. */
function readPage(): [name: string, type: string][][] {
  return Deno.readTextFileSync(PAGE).split(/\n## /)
    .map((section) =>
      [...section.matchAll(/\n\| `(\w+)` +\| (\w+) +\|/g)]
        .map(([, name = "", type = ""]): [string, string] => [name, type])
    )
    .filter(({ length }) => length > 0);
}

Deno.test("docs/columns.md has the names and types of all columns, in their order", () => {
  assertEquals(
    readPage(),
    KINDS.map((kind) =>
      columnsOf(kind).map((
        { name, kind },
      ): [string, string] => [name, kind])
    ),
  );
});

Deno.test("columnsOf() gives each column a name of its own", () => {
  for (const kind of KINDS) {
    const names = columnsOf(kind).map(({ name }) => name);
    assertEquals(new Set(names).size, names.length, kind);
  }
});

Deno.test("columnsOf() reads records inside of records, and null for what is not there", () => {
  assertEquals(
    readCells("session", {
      id: "s",
      ended_at_ms: null,
      started_at_ms: 5,
      totals: { tool_calls: 0, tokens_in: null, unpriced_models: ["m", "é"] },
      activity: { state: "idle", since_ms: 7 },
      other: 1,
    }),
    {
      id: "s",
      started_at_ms: 5,
      tool_calls: 0,
      unpriced_models: '["m","é"]',
      activity_state: "idle",
      activity_since_ms: 7,
    },
  );
  for (const kind of KINDS) assertEquals(readCells(kind, {}), {});
  assertEquals(
    readCells("event", {
      cursor: "c",
      event: {
        seq: 2n ** 53n,
        ts_exact: false,
        payload: new JsonText("[1.0]"),
      },
    }),
    { cursor: "c", seq: 2n ** 53n, ts_exact: false, payload: "[1.0]" },
  );
});

for (
  const [key, value] of [
    ["messages", 2n ** 63n],
    ["cost_usd_e6", -(2n ** 63n) - 1n],
    ["messages", 0.5],
    ["key", 1],
    ["cost_complete", "true"],
  ] as const
) {
  Deno.test(`columnsOf() refuses ${value} as ${key}`, () => {
    assertThrows(
      () => readCells("usage", { [key]: value }),
      AnswerError,
      `Cannot write column "${key}": ${value} does not fit its type`,
    );
  });
}

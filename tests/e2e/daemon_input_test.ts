// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Input that no agent should send, through the socket: an error, a closed connection, or stored
 * exactly.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { encodeFrame } from "../../src/frame/mod.ts";
import type { DaemonRequest } from "../../src/proto/mod.ts";
import { ask, connect, readToEnd, writeTo } from "./_socket.ts";
import { type Home, tempHome } from "./harness.ts";

const UTF8 = new TextEncoder();
const ACK = '{"type":"ack","message":"ingested"}';
const MIB = 1024 * 1024;

/** Sends a payload unchanged. Returns the text of the answer. */
async function send(
  home: Home,
  payload: string,
  workspace = home.workspace,
): Promise<string> {
  const type = "ingest_hook";
  const request = { type, source: "cursor", payload, workspace } as const;
  return (await ask(home.socket, request)).text;
}

/**
 * Sends the bytes of a request. Returns the text of the answer, which is empty if the daemon closed
 * the connection.
 */
async function sendRaw(home: Home, body: string | Uint8Array): Promise<string> {
  const conn = await connect(home.socket);
  const bytes = typeof body === "string" ? UTF8.encode(body) : body;
  await writeTo(conn, encodeFrame(bytes));
  const { text } = await readToEnd(conn);
  conn.close();
  return text;
}

async function answer(home: Home, request: DaemonRequest): Promise<string> {
  return (await ask(home.socket, request)).text;
}

function nested(depth: number): string {
  return `${"[".repeat(depth)}${"]".repeat(depth)}`;
}

/** Returns a payload with `value` in a field. */
function payload(value: string): string {
  return `{"event":"Notification","session_id":"s","x":${value}}`;
}

/** Together with the object around it, 127 levels are allowed. */
const MAX_NESTED = 126;

const refusedPayloads: Record<string, string> = {
  "nesting over 127": payload(nested(MAX_NESTED + 1)),
  "a lone high surrogate": payload('"\\ud800"'),
  "a lone low surrogate": payload('"\\udc00x"'),
  "a lone surrogate in a key": payload('{"\\ud800":1}'),
  "a number beyond the floats": payload("1e400"),
  "a number that is none": payload("01"),
  "a control character": payload('"\n"'),
  "something after it": `${payload("1")}{}`,
  "a byte order mark": `\ufeff${payload("1")}`,
};

const closedRequests: Record<string, string | Uint8Array> = {
  "nesting over 127": `{"type":"status","x":${nested(MAX_NESTED + 1)}}`,
  "a lone surrogate": '{"type":"status","x":"\\udfff"}',
  "a lone surrogate around a payload":
    '{"type":"ingest_hook","source":"cursor","payload":"\\ud800"}',
  "invalid UTF-8": Uint8Array.of(
    ...UTF8.encode('{"type":"status","x":"'),
    0xed,
    0xa0,
    0x80,
    0x22,
    0x7d,
  ),
  "a version out of range":
    '{"type":"hello","proto_version":4294967296,"client":"cli"}',
  "an offset out of range":
    '{"type":"list_sessions","workspace":"/w","offset":18446744073709551616,"limit":1,"filter":{}}',
  "a limit that is no integer":
    '{"type":"list_sessions","workspace":"/w","offset":0,"limit":1.0,"filter":{}}',
};

const keptPayloads: Record<string, string> = {
  "nesting of 127": payload(nested(MAX_NESTED)),
  "a pair of surrogates": payload('"\\ud83d\\ude00"'),
  "an integer over 64 bits": payload("18446744073709551616"),
  "the greatest integers": payload(
    "[18446744073709551615,-9223372036854775808,9007199254740993]",
  ),
  "a float that is whole": payload("12.0"),
  "no white space that counts": `\u0085\u3000${payload("1")}\u00a0`,
};

Deno.test("a daemon answers an invalid payload with an error, closes the connection of an invalid request, and stores the rest", async (t) => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  for (const [name, text] of Object.entries(refusedPayloads)) {
    await t.step(`refuses ${name}`, async () => {
      assertStringIncludes(
        await send(home, text),
        '{"type":"error","message":"cursor hook: invalid JSON: ',
      );
    });
  }
  for (const [name, body] of Object.entries(closedRequests)) {
    await t.step(`closes on ${name}`, async () => {
      assertEquals(await sendRaw(home, body), "");
    });
  }
  const kept = Object.entries(keptPayloads);
  for (const [name, text] of kept) {
    await t.step(`takes ${name}`, async () => {
      assertEquals(await send(home, text), ACK);
    });
  }
  const detail = await answer(home, { type: "get_session_detail", id: "s" });
  for (const [name, text] of kept) {
    await t.step(`has ${name} in its detail`, () => {
      assertStringIncludes(detail, `"payload":${printed(text)}}`);
    });
  }
});

/**
 * Returns a payload as the daemon writes it: its text without white space around it, and with the
 * type of its event.
 */
function printed(text: string): string {
  return text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1)
    .replace("{", '{"type":"notification",');
}

Deno.test("a daemon answers unknown requests of newer clients with an error", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const { workspace } = home;
  const requests = [
    { type: "ensure_workspace_capture", workspace, deep: true },
    { type: "ensure_proxy", workspace, provider: "anthropic" },
    { type: "begin_observed_session", workspace, agent: "claude" },
  ];
  for (const request of requests) {
    assertEquals(JSON.parse(await sendRaw(home, JSON.stringify(request))), {
      type: "error",
      message: `This daemon does not do "${request.type}"`,
      supported_min: null,
      supported_max: null,
    });
  }
});

Deno.test("a daemon keeps NULs and ids of a MiB, also across a restart", async () => {
  await using home = await tempHome();
  const long = "\u0000é".padEnd(MIB, "x");
  {
    await using daemon = await home.startDaemon();
    for (const event of ["PreToolUse", "PostToolUse"]) {
      const text = JSON.stringify({
        event,
        session_id: long,
        tool_name: "T\u0000l",
        tool_call_id: long,
        path: "p\u0000q",
      });
      assertEquals(await send(home, text), ACK);
    }
    for (const id of ["a", "a\u0000", "a\u0000b"]) {
      const text = JSON.stringify({ event: "Stop", session_id: id, tool: id });
      assertEquals(await send(home, text), ACK);
    }
    assertEquals((await daemon.stop()).code, 0);
  }
  await using _daemon = await home.startDaemon();
  const detail = async (id: string) =>
    JSON.parse(await answer(home, { type: "get_session_detail", id }));
  const { session, events, spans: [{ span }] } = await detail(long);
  assertEquals([session.id, events.length], [long, 2]);
  assertEquals([span.tool, span.paths], ["T\u0000l", ["p\u0000q"]]);
  assertEquals(span.span_id, `v1:${MIB + 1}:${long}:${long}`);
  for (const id of ["a", "a\u0000", "a\u0000b"]) {
    const { session, events: [event] } = await detail(id);
    assertEquals([session.id, event.tool], [id, id]);
  }
});

Deno.test("a daemon lists 10,000 sessions of one event", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const SESSIONS = 10_000;
  const CLIENTS = 50;
  let next = 0;
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    while (next < SESSIONS) {
      const timestamp_ms = ++next;
      const text = JSON.stringify({
        event: "SessionStart",
        session_id: `s${timestamp_ms}`,
        timestamp_ms,
      });
      assertEquals(await send(home, text), ACK);
    }
  }));
  const starts: number[] = [];
  for (let offset: number | null = 0; offset !== null;) {
    const page: {
      total: number;
      rows: { started_at_ms: number }[];
      next_offset: number | null;
    } = JSON.parse(
      await answer(home, {
        type: "list_sessions",
        workspace: home.workspace,
        offset,
        limit: 4_000,
        filter: {},
      }),
    );
    assertEquals(page.total, SESSIONS);
    for (const row of page.rows) starts.push(row.started_at_ms);
    offset = page.next_offset;
  }
  assertEquals(
    starts,
    Array.from({ length: SESSIONS }, (_, i) => SESSIONS - i),
  );
});

Deno.test("a daemon stores events of a workspace that no longer exists", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const gone = `${home.root}/gone`;
  await Deno.mkdir(gone);
  const text = JSON.stringify({ event: "SessionStart", session_id: "g" });
  assertEquals(await send(home, text, gone), ACK);
  const detail = async (workspace: string | null) => {
    const type = "get_session_detail";
    const { events } = JSON.parse(
      await answer(home, { type, id: "g", workspace }),
    );
    return events.length;
  };
  const hello = async () =>
    JSON.parse(
      await answer(home, { type: "hello", proto_version: 1, client: "cli" }),
    ).workspaces;
  assertEquals([await detail(gone), await detail(null)], [1, 1]);
  assertEquals(await hello(), [gone]);
  await Deno.remove(gone);
  assertEquals(await send(home, text, gone), ACK);
  assertEquals([await detail(gone), await detail(null)], [2, 2]);
  assertEquals(await hello(), [gone]);
  const { total } = JSON.parse(
    await answer(home, {
      type: "list_sessions",
      workspace: gone,
      offset: 0,
      limit: 1,
      filter: {},
    }),
  );
  assertEquals(total, 1);
});

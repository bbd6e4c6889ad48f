// SPDX-License-Identifier: AGPL-3.0-or-later
/** `kaizen mcp`, driven by the client of the protocol's own SDK, and by hand with bad input. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { MCP_GREETING } from "./_mcp.ts";
import { feed, sampleSession } from "./_feed.ts";
import { type Home, programCommand, tempHome } from "./harness.ts";

/** Connects the SDK's client to the program. */
async function connect(home: Home): Promise<Client> {
  const [command = "", ...args] = programCommand();
  const cache = Deno.env.get("DENO_DIR");
  const client = new Client({ name: "test", version: "1" });
  await client.connect(
    new StdioClientTransport({
      command,
      args: [...args, "mcp"],
      cwd: home.workspace,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        HOME: `${home.root}/user`,
        KAIZEN_HOME: home.home,
        ...cache === undefined ? {} : { DENO_DIR: cache },
      },
    }),
  );
  return client;
}

/** Calls a tool. Returns its result as JSON, or the text of its error. */
async function call(
  client: Client,
  name: string,
  values: Record<string, unknown> = {},
): Promise<{ isError: boolean; text: string }> {
  const result = await client.callTool({ name, arguments: values });
  const [part] = Array.isArray(result.content) ? result.content : [];
  return { isError: result.isError === true, text: String(part?.text) };
}

async function read(
  client: Client,
  name: string,
  values: Record<string, unknown> = {},
) {
  const { isError, text } = await call(client, name, values);
  assertEquals(isError, false, text);
  return JSON.parse(text);
}

Deno.test({
  name:
    "mcp answers the SDK's client: sessions, a session page by page, the status",
  // The SDK keeps a timer for the end of its child.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    await feed(home, ...sampleSession("s1", Date.now()));
    const client = await connect(home);
    try {
      const { tools } = await client.listTools();
      for (const { annotations, inputSchema } of tools) {
        assertEquals(annotations?.readOnlyHint, true);
        assertEquals(inputSchema.additionalProperties, false);
      }
      const names = tools.map(({ name }: { name: string }) => name);
      for (const name of ["status", "sessions", "session", "events", "grep"]) {
        assert(names.includes(name), name);
      }
      assertEquals((await read(client, "status")).running, true);
      const { sessions, total } = await read(client, "sessions");
      assertEquals([sessions[0].id, total], ["s1", 1]);
      const page = await read(client, "events", { limit: 2 });
      assertEquals([page.events.length, page.is_end], [2, true]);
      const start = page.events[0].cursor;
      const rest = await read(client, "events", { after_cursor: start });
      assertEquals(rest.events[0].cursor, page.last_cursor);
      const found = await read(client, "grep", { text: "a.ts" });
      assertEquals(found.events[0].where, "tool_input.file_path");
      const none = await read(client, "grep", { text: "nothing of that" });
      assertEquals(none.events, []);
      const first = await read(client, "session", { id: "@latest", limit: 2 });
      assertEquals(first.session.id, "s1");
      assert(first.calls.length > 0);
      assertEquals(first.events.length, 2);
      const seen = [...first.events];
      for (let after = first.next_after_seq; after !== null;) {
        const page = await read(client, "session", {
          id: "s1",
          limit: 3,
          after_seq: after,
        });
        seen.push(...page.events);
        after = page.next_after_seq;
      }
      assertEquals(seen.length, first.total_events);
      assertEquals(new Set(seen.map(({ seq }) => seq)).size, seen.length);
    } finally {
      await client.close();
    }
  },
});

Deno.test({
  name: "mcp replaces secrets, cuts long texts, and refuses what no tool takes",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    const secret = `ghp_${"a1B2".repeat(9)}`;
    await home.run(["ingest", "hook", "--source", "claude"], {
      stdin: JSON.stringify({
        session_id: "s",
        cwd: home.workspace,
        permission_mode: "default",
        hook_event_name: "UserPromptSubmit",
        prompt: `use ${secret} ${"x".repeat(5_000)}`,
      }),
    });
    const client = await connect(home);
    try {
      const { text } = await call(client, "session", { id: "s" });
      assert(!text.includes(secret));
      assertStringIncludes(text, "[redacted: GitHub]");
      assert(text.length < 6_000, `${text.length}`);
      const half = await call(client, "grep", { text: "xxxx" });
      assertStringIncludes(half.text, "[redacted: GitHub]");
      const guess = await call(client, "grep", { text: secret.slice(0, 7) });
      assertEquals(JSON.parse(guess.text).events, []);
      const wrong: [string, Record<string, unknown>, string][] = [
        ["session", {}, "is missing"],
        ["session", { id: "nope" }, "not_found"],
        ["session", { id: "s", limit: 1e9 }, "integer"],
        ["sessions", { status: "Busy" }, 'usage: "status" must be one of'],
        ["sessions", { since: "soon" }, 'usage: Argument "since" must be'],
        ["events", { since: "-1d" }, 'usage: Argument "since" must be'],
        ["sessions", { more: 1 }, "unknown"],
      ];
      for (const [name, values, words] of wrong) {
        const { isError, text } = await call(client, name, values);
        assertEquals(isError, true, text);
        assertStringIncludes(text, words);
      }
    } finally {
      await client.close();
    }
  },
});

/** A message as the protocol wants it, but for what a test changes. */
function message(change: Record<string, unknown>): string {
  return JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping", ...change });
}

function callOf(params: unknown): string {
  return message({ method: "tools/call", params });
}

/** A line, and the id and the code of the error of its answer; null: it gets none. */
const odd: [line: string, id: unknown, code?: number][] = [
  ["nonsense", null, -32700],
  ["\ufffd\0", null, -32700],
  ["[]", null, -32600],
  [`[${message({})}]`, null, -32600],
  ["null", null, -32600],
  ['{"id":7,"method":"ping"}', 7, -32600],
  [message({ jsonrpc: "1.0", id: "a" }), "a", -32600],
  [message({ id: null }), null, -32600],
  [message({ id: {} }), null, -32600],
  [message({ id: 1.5 }), null, -32600],
  [message({}).replace("1", "1e999"), null, -32600],
  [message({}).replace("1", "9007199254740993"), null, -32600],
  [message({ id: "x".repeat(257) }), null, -32600],
  [message({ id: "x".repeat(256) }), "x".repeat(256)],
  [message({ method: 5 }), 1, -32600],
  [message({ method: undefined }), 1, -32600],
  [message({ method: "nope" }), 1, -32601],
  [message({ method: "x".repeat(900_000) }), 1, -32601],
  [message({ method: "constructor" }), 1, -32601],
  [message({ params: [] }), 1, -32602],
  [message({ params: null }), 1, -32602],
  [message({ method: "initialize" }), 1, -32602],
  [
    message({ method: "initialize", params: { protocolVersion: 5 } }),
    1,
    -32602,
  ],
  [
    message({
      method: "initialize",
      params: { protocolVersion: "2025-06-18", clientInfo: { name: "a" } },
    }),
    1,
    -32602,
  ],
  [MCP_GREETING.trim().replace('"capabilities":{}', '"capabilities":5'), 1],
  [message({ method: "subscriptions/listen" }), 1, -32601],
  [message({ method: "tools/call" }), 1, -32602],
  [callOf({}), 1, -32602],
  [callOf({ name: "nope", arguments: {} }), 1, -32602],
  [callOf({ name: "__proto__" }), 1, -32602],
  [callOf({ name: "x".repeat(900_000) }), 1, -32602],
  [callOf({ name: ["status"] }), 1, -32602],
  [`{"x":"${"x".repeat(20_000_000)}"}`, null, -32600],
  [message({ id: 2 }), 2],
];

Deno.test("mcp answers each odd message with the error of JSON-RPC, in a short line and without a stack", async () => {
  await using home = await tempHome();
  const { code, stdout, stderr } = await home.run(["mcp"], {
    stdin: [
      '{"jsonrpc":"2.0","id":8,"result":{}}',
      '{"jsonrpc":"2.0","method":"ping"}',
      '{"jsonrpc":"2.0","method":"tools/call"}',
      '{"jsonrpc":"2.0","method":"notifications/cancelled"}',
      " ",
      ...odd.map(([line]) => line),
    ].join("\n"),
  });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const lines = stdout.trim().split("\n");
  assertEquals(
    lines.map((line) => JSON.parse(line)).map(({ id, error }) => [
      id,
      error?.code,
    ]),
    odd.map(([, id, code]) => [id, code]),
  );
  for (const line of lines) assert(line.length < 1_000, line.slice(0, 100));
});

const arguments_: [name: string, values: unknown, words: string][] = [
  ["session", 5, "must be an object"],
  ["session", ["a"], "must be an object"],
  ["session", "a", "must be an object"],
  ["session", { id: "" }, "not empty"],
  ["session", { id: 5 }, "not empty"],
  ["session", { id: "a", limit: -1 }, "integer"],
  ["session", { id: "a", limit: 1.5 }, "integer"],
  ["session", { id: "a", limit: "5" }, "integer"],
  ["session", { id: "a", constructor: 1 }, "unknown"],
  ["grep", { text: "a", tool: "" }, "not empty"],
  ["grep", { text: null }, "is missing"],
  ["events", { errors: "yes" }, "boolean"],
];

Deno.test("mcp says of each wrong argument of a tool which one it is, in a result", async () => {
  await using home = await tempHome();
  const { stdout, stderr } = await home.run(["mcp"], {
    stdin: arguments_.map(([name, values]) =>
      callOf({ name, arguments: values })
    ).join("\n"),
  });
  assertEquals(stderr, "");
  const lines = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.length, arguments_.length);
  for (const [i, { result }] of lines.entries()) {
    assertEquals(result.isError, true);
    assertStringIncludes(result.content[0].text, arguments_[i]?.[2] ?? "?");
  }
});

// SPDX-License-Identifier: AGPL-3.0-or-later
/** `kaizen mcp`, driven by the client of the protocol's own SDK, and by hand with bad input. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
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
        ["sessions", { status: "Busy" }, "must be one of"],
        ["sessions", { since: "soon" }, "since"],
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

Deno.test("mcp answers nonsense with an error and goes on, and ends with its input", async () => {
  await using home = await tempHome();
  const { code, stdout } = await home.run(["mcp"], {
    stdin: [
      "nonsense",
      "[]",
      "null",
      '{"id":7,"method":"ping"}',
      '{"jsonrpc":"2.0","id":8,"result":{}}',
      '{"jsonrpc":"2.0","id":1,"method":"nope"}',
      "",
      '{"jsonrpc":"2.0","id":2,"method":"ping"}',
    ].join("\n"),
  });
  const lines = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(code, 0);
  assertEquals(
    lines.map(({ id, error }) => [id, error?.code]),
    [
      [null, -32700],
      [null, -32600],
      [null, -32600],
      [null, -32600],
      [1, -32601],
      [2, undefined],
    ],
  );
});

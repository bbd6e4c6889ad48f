// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen grep`: finds texts in the payloads of all sessions.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { feed } from "./_feed.ts";
import { frame, greetingDaemon, send } from "./fake_daemon.ts";
import { type Home, tempHome } from "./harness.ts";

const call = (session_id: string, n: number, command: string) => ({
  hook_event_name: "PreToolUse",
  session_id,
  timestamp_ms: 1_714_000_000_000 + n,
  tool_name: "Bash",
  tool_use_id: `t${n}`,
  tool_input: { command },
});

interface Match {
  session_id: string;
  seq: number;
  where: string;
  snippet: string;
  matches: { start: number; end: number }[];
  count: number | null;
}

async function grep(
  home: Home,
  ...args: string[]
): Promise<{ code: number; rows: Match[] }> {
  const { code, stdout, stderr } = await home.run(["grep", ...args]);
  assertEquals(stderr, "");
  const rows = stdout.split("\n").filter((it) => it !== "");
  return { code, rows: rows.map((line) => JSON.parse(line)) };
}

Deno.test("grep finds texts as they were meant, in the order of the events, with all filters", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  await feed(
    home,
    {
      hook_event_name: "UserPromptSubmit",
      session_id: "a",
      timestamp_ms: 1_714_000_000_000,
      prompt: 'Say "café"\nto Needle',
    },
    call("a", 1, "echo needle"),
    call("b", 2, "make && echo needle | tee needle"),
    { ...call("b", 3, "x"), tool_name: "Read", note: "needle" },
    call("c", 4, "ls"),
  );
  const all = await grep(home, "needle");
  assertEquals(await grep(home, "needle", "--limit", "0"), all);
  assertEquals(all.code, 0);
  assertEquals(
    all.rows.map(({ session_id, where }) => [session_id, where]),
    [
      ["a", "tool_input.command"],
      ["b", "tool_input.command"],
      ["b", "note"],
    ],
  );
  assertEquals(all.rows[1]?.snippet, "make && echo needle | tee needle");
  assertEquals(all.rows[1]?.matches, [
    { start: 13, end: 19 },
    { start: 26, end: 32 },
  ]);
  const counts = async (...args: string[]) =>
    (await grep(home, ...args)).rows.length;
  assertEquals(await counts("-i", "NEEDLE"), 4);
  assertEquals(await counts('"café"\nto'), 1);
  assertEquals(await counts("needle", "--limit", "2"), 2);
  assertEquals(await counts("-E", "^echo \\w+$"), 1);
  assertEquals(await counts("-Ei", "needle$", "--limit", "1"), 1);
  assertEquals(await counts("needle", "--tool", "read"), 1);
  assertEquals(await counts("needle", "--session", "b"), 2);
  assertEquals(await counts("needle", "--workspace", home.workspace), 3);
  const sessions = await grep(home, "-l", "needle");
  assertEquals(sessions.rows.map((it) => [it.session_id, it.count]), [
    ["a", null],
    ["b", null],
  ]);
  const counted = await grep(home, "-c", "needle");
  assertEquals(counted.rows.map((it) => [it.session_id, it.count]), [
    ["a", 1],
    ["b", 2],
  ]);
  const text = await home.run([
    "grep",
    "tee",
    "-o",
    "text",
    "--color",
    "always",
  ]);
  assertMatch(text.stdout, /\n$/);
  assert(text.stdout.includes("tee\x1b[39m\x1b[22m needle"), text.stdout);
});

Deno.test("grep exits 1 if nothing matches and 64 for a pattern that is none", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  await feed(home, call("a", 1, "echo needle"));
  assertEquals(await grep(home, "nothing of that"), { code: 1, rows: [] });
  assertEquals((await grep(home, "-E", "nee?dles")).code, 1);
  const { code, stdout } = await home.run(["grep", "x y", "-o", "json"]);
  assertEquals([code, JSON.parse(stdout)], [1, { type: "matches", rows: [] }]);
  assertEquals((await home.run(["grep", ""])).code, 64);
  assertEquals((await home.run(["grep", "-E", "("])).code, 64);
  assertEquals((await home.run(["grep", "-l", "-c", "x"])).code, 64);
});

Deno.test("grep ends in the daemon when its client goes away, and others are served", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const output = "needle ".repeat(20_000);
  for (let n = 0; n < 100; n++) {
    await feed(home, { ...call("a", n, "cat"), output });
  }
  // More clients than may search at once, one after another: each that left has made room.
  for (let n = 0; n < 80; n++) {
    using conn = await Deno.connect({ transport: "unix", path: home.socket });
    await send(
      conn,
      frame(JSON.stringify({ type: "search_events", text: "needle" })),
    );
    assert(await conn.read(new Uint8Array(4)) !== null);
  }
  await feed(home, call("b", 1, "ls"));
  assertEquals((await grep(home, "-c", "needle")).rows[0]?.count, 100);
});

Deno.test("grep says what a daemon is that does not search", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  await using _fake = greetingDaemon(home.socket);
  const { code, stderr } = await home.run(["grep", "x"]);
  assertEquals(code, 6);
  assertMatch(stderr, /This daemon is 0\.1\.46; it does not search events/);
});

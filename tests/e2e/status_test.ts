// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { EMPTY_SPOOL } from "../fixtures/empty_spool.ts";
import { feed, sampleSession } from "./_feed.ts";
import { fakeDaemon, HELLO } from "./fake_daemon.ts";
import { tempHome } from "./harness.ts";

Deno.test("status of a running daemon is one flat document", async () => {
  await using home = await tempHome();
  await using daemon = await home.startDaemon();
  await feed(home, ...sampleSession("s1", Date.now()));
  const { code, stdout, stderr } = await home.run(["status"]);
  assertEquals([code, stderr], [0, ""]);
  const { uptime_ms, last_stored_ms, store, ...rest } = JSON.parse(stdout);
  assert(uptime_ms >= 0);
  assert(last_stored_ms > Date.now() - uptime_ms - 1000);
  assertEquals([store.sessions, store.events], [1, 8]);
  assert(store.bytes > 0);
  assertEquals(rest, {
    running: true,
    socket: home.socket,
    pid: daemon.pid,
    queue_depth: 0,
    last_error: null,
    last_error_ms: null,
    capture: [],
    proto_version: 1,
    daemon_version: "0.1.0",
    workspaces: [home.workspace],
    transcripts: {
      read: 0,
      missing: 0,
      unreadable: 0,
      waiting: 0,
      prices_fault: null,
    },
    spool: EMPTY_SPOOL,
  });
});

Deno.test("status as text names transcripts that cannot be read, and prices that cannot be used", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const show = async () =>
    (await home.run(["status", "-o", "text"])).stdout.replace(/ +/g, " ");
  const before = await show();
  assert(!/^ *(?:transcripts|prices) /m.test(before), before);
  const folder = `${home.root}/.claude/projects/-w`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.symlink("/etc/passwd", `${folder}/link.jsonl`);
  for (const name of ["link", "none"]) {
    await feed(home, {
      hook_event_name: "Stop",
      session_id: name,
      transcript_path: `${folder}/${name}.jsonl`,
    });
  }
  await Deno.writeTextFile(`${home.home}/prices.json`, "{");
  await home.run(["usage", "--all-workspaces"]);
  const after = await show();
  assertMatch(after, /^ *transcripts 1 unreadable, 1 missing$/m);
  assertMatch(after, /^ *prices Cannot use ".*\/prices\.json"/m);
});

Deno.test("status without a daemon is exit 3, and starts none", async () => {
  await using home = await tempHome();
  const { code, stdout, stderr } = await home.run(["status"]);
  assertEquals([code, stderr], [3, ""]);
  assertEquals(JSON.parse(stdout), {
    running: false,
    socket: home.socket,
    spool: EMPTY_SPOOL,
  });
  const text = await home.run(["status", "-o", "text"]);
  assertEquals(text.code, 3);
  assertStringIncludes(text.stdout, "stopped");
  assertStringIncludes(text.stdout, "kaizen daemon start --background");
});

Deno.test("status of a daemon that hangs is exit 4", async () => {
  await using home = await tempHome();
  await using daemon = await home.startDaemon();
  daemon.signal("SIGSTOP");
  const json = await home.run(["status", "--timeout", "300ms"]);
  const text = await home.run(["status", "--timeout", "300ms", "-o", "text"]);
  daemon.signal("SIGCONT");
  assertEquals(json.code, 4);
  assertEquals(JSON.parse(json.stdout).running, null);
  assertEquals(text.code, 4);
  assertStringIncludes(text.stdout, "does not answer");
});

Deno.test("status --wait sees a daemon come up", async () => {
  await using home = await tempHome();
  const waiting = home.run(["status", "--wait", "20s"]);
  await using _daemon = await home.startDaemon();
  const { code, stdout } = await waiting;
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout).running, true);
});

Deno.test("status --wait gives up with 3", async () => {
  await using home = await tempHome();
  assertEquals((await home.run(["status", "--wait", "120ms"])).code, 3);
});

Deno.test("daemon status is status", async () => {
  await using home = await tempHome();
  assertEquals((await home.run(["daemon", "status"])).code, 3);
});

const TOKEN = "s3cr3t/+token";
const STATUS =
  `{"type":"status","pid":1,"uptime_ms":18446744073709551615,"queue_depth":0,"last_error":"bad token ${TOKEN}","capture":[],"web":{"listen":"127.0.0.1:1","url":"http://127.0.0.1:1/?token=${
    encodeURIComponent(TOKEN)
  }","token":"${TOKEN}"},"added_later":[1]}`;

for (const format of ["json", "text"]) {
  Deno.test(`status -o ${format} hides the web token, inside of URLs and messages too`, async () => {
    await using home = await tempHome();
    await Deno.mkdir(home.home);
    await using _daemon = fakeDaemon(
      home.socket,
      ({ request, answer }) =>
        answer(request.type === "hello" ? HELLO : STATUS),
    );
    const { code, stdout } = await home.run(["status", "-o", format]);
    assertEquals(code, 0);
    assert(!stdout.includes(TOKEN) && !stdout.includes("s3cr3t"), stdout);
    assertStringIncludes(stdout, "http://127.0.0.1:1/?token=***");
    const shown = await home.run(["status", "-o", format, "--show-token"]);
    assertStringIncludes(shown.stdout, encodeURIComponent(TOKEN));
  });
}

Deno.test("status keeps what it does not know, and integers over 2^53", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  await using daemon = fakeDaemon(
    home.socket,
    ({ request, answer }) => answer(request.type === "hello" ? HELLO : STATUS),
  );
  const { stdout } = await home.run(["status"]);
  assertStringIncludes(stdout, '"uptime_ms":18446744073709551615,');
  assertStringIncludes(stdout, '"added_later":[1],');
  assertEquals(daemon.requests.map(({ type }) => type).sort(), [
    "hello",
    "status",
  ]);
});

Deno.test("status asks both questions at once", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  const both = Promise.withResolvers<void>();
  let asked = 0;
  // Neither is answered before the other has been asked.
  await using _daemon = fakeDaemon(home.socket, async ({ request, answer }) => {
    if (++asked === 2) both.resolve();
    await both.promise;
    await answer(request.type === "hello" ? HELLO : STATUS);
  });
  assertEquals((await home.run(["status", "--timeout", "20s"])).code, 0);
});

Deno.test("status of a daemon that speaks another version is exit 6", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  await using _daemon = fakeDaemon(
    home.socket,
    ({ request, answer }) =>
      answer(
        request.type === "hello"
          ? '{"type":"error","message":"unsupported proto_version 1","supported_min":2,"supported_max":2}'
          : STATUS,
      ),
  );
  const { code, stdout } = await home.run(["status"]);
  assertEquals(code, 6);
  assertEquals(JSON.parse(stdout).supported_min, 2);
});

Deno.test("status names the files in the spool that no daemon of this version delivers", async () => {
  await using home = await tempHome();
  await Deno.mkdir(`${home.home}/spool`, { mode: 0o700, recursive: true });
  // The time of the second is far in the future.
  for (const name of ["v9-1-1-aa.json", "v1-9223372800050-1-aa.json"]) {
    await Deno.writeTextFile(`${home.home}/spool/${name}`, "{}");
  }
  const { stdout } = await home.run(["status", "-o", "text"]);
  assertStringIncludes(
    stdout,
    "unknown     2 files of another version, see kaizen spool list\n",
  );
});

Deno.test("status tells what hooks could not say, without calling it lost", async () => {
  await using home = await tempHome();
  const env = { KAIZEN_NO_START: "1" };
  const stdin = '{"hook_event_name":"Stop","session_id":"s"}';
  const hook = ["ingest", "hook", "--source", "claude"];
  await home.run(hook, { env });
  await home.run([...hook, "--bogus"], { stdin, env });
  const { stdout } = await home.run(["status", "-o", "text"]);
  assertStringIncludes(stdout, "1 event waiting");
  assertStringIncludes(stdout, "2 failures in hooks, the last ");
  assertStringIncludes(stdout, "; see kaizen spool list");
  const { spool } = JSON.parse((await home.run(["status", "--json"])).stdout);
  assertEquals([spool.pending, spool.failures], [1, 2]);
  assertEquals(spool.last_failure.reason, "ignored --bogus");

  const list = await home.run(["spool", "list", "-o", "text"]);
  assertMatch(list.stdout, /^\.failures +failure .* ignored --bogus$/m);
  const purged = await home.run(["spool", "purge", "-o", "text"]);
  assertEquals(purged.stdout, "Deleted 0 rejected events and 2 failures.\n");
  const after = await home.run(["status", "-o", "text"]);
  assertStringIncludes(after.stdout, "1 event waiting");
  assert(!after.stdout.includes("failure"), after.stdout);
});

/** The output and exit code of `status` for an answer of the daemon. */
async function statusOf(
  answerOf: string,
): Promise<{ code: number; stdout: string }> {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  await using _daemon = fakeDaemon(
    home.socket,
    ({ request, answer }) =>
      answer(request.type === "hello" ? HELLO : answerOf),
  );
  const { code, stdout } = await home.run(["status"]);
  return { code, stdout: stdout.replaceAll(home.root, "/home") };
}

const withMore = (more: string) =>
  `{"type":"status","pid":1,"uptime_ms":1,"queue_depth":0,"last_error":null,${more}}`;

Deno.test("status is running and at its socket with any fields that the daemon adds", async () => {
  const { code, stdout } = await statusOf(
    withMore(
      '"running":false,"socket":"/evil","spool":7,"n":-9223372036854775808',
    ),
  );
  assertEquals(code, 0);
  const found = JSON.parse(stdout);
  assertEquals(
    [found.running, found.socket, found.spool],
    [true, "/home/h/daemon.sock", EMPTY_SPOOL],
  );
  assertStringIncludes(stdout, '"n":-9223372036854775808');
});

Deno.test("status refuses an answer that nests deeper than it could be printed", async () => {
  const { code, stdout } = await statusOf(
    withMore(`"x":${"[".repeat(20_000)}${"]".repeat(20_000)}`),
  );
  assertEquals([code, JSON.parse(stdout).code], [6, "protocol_error"]);
});

Deno.test("status passes on the fields of an error", async () => {
  const { code, stdout } = await statusOf(
    '{"type":"error","message":"no","supported_min":null,"supported_max":null,"n":18446744073709551615}',
  );
  assertEquals(code, 5);
  assertStringIncludes(stdout, '"code":"daemon_error"');
  assertStringIncludes(stdout, '"n":18446744073709551615,');
});

Deno.test("status names why the daemon cannot start, until the store is restored", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home, { mode: 0o700 });
  assertEquals((await home.run(["sessions"])).code, 0);
  const backup = `${home.root}/backup`;
  assertEquals((await home.run(["store", "backup", backup])).code, 0);
  assertEquals((await home.run(["stop"])).code, 0);
  await Deno.writeTextFile(`${home.home}/store.db`, "no database ".repeat(999));
  // A hook starts the daemon, which ends at once.
  assertEquals((await home.run(["sessions"])).code, 74);
  for (const format of ["json", "text"]) {
    const { code, stdout } = await home.run(["status", "-o", format]);
    assertEquals(code, 3);
    const words = stdout.replaceAll(/\s+/g, " ");
    assertStringIncludes(words, "Cannot open store as it is damaged");
    assertStringIncludes(words, "move it away");
    assertStringIncludes(words, "kaizen store restore FILE");
  }
  assertEquals((await home.run(["store", "restore", backup])).code, 0);
  const { stdout } = await home.run(["status"]);
  assertEquals(JSON.parse(stdout).fault, undefined);
});

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen wait`: its outcomes, each with its exit code, and the command that it runs.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { pause } from "../../src/context/mod.ts";
import { ask } from "./_socket.ts";
import { fakeDaemon, send } from "./fake_daemon.ts";
import { type Home, programCommand, tempHome } from "./harness.ts";

async function put(home: Home, event: Record<string, unknown>): Promise<void> {
  const { text } = await ask(home.socket, {
    type: "ingest_hook",
    source: "claude",
    payload: JSON.stringify({ session_id: "s1", ...event }),
    workspace: home.workspace,
  });
  assertEquals(JSON.parse(text).type, "ack");
}

const PROMPT = { hook_event_name: "UserPromptSubmit", prompt: "Fix it" };
const endings: [
  outcome: string,
  code: number,
  event: Record<string, unknown>,
][] = [
  ["idle", 0, { hook_event_name: "Stop" }],
  ["needs", 10, {
    hook_event_name: "PermissionRequest",
    tool_name: "Bash",
    tool_input: { command: "rm -r build" },
  }],
  ["ended", 11, { hook_event_name: "SessionEnd", reason: "exit" }],
  ["failed", 12, { hook_event_name: "StopFailure", error: "rate_limit" }],
];

for (const [outcome, code, event] of endings) {
  Deno.test(`wait ends with ${code} when the session is ${outcome}, as soon as it is`, async () => {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    await put(home, PROMPT);
    const waiting = home.spawn(["wait", "@latest"]);
    // It may look before or after the event: the result is the same.
    await put(home, { ...PROMPT, prompt: "And that" });
    await put(home, event);
    const ended = await waiting.ended;
    assertEquals([ended.code, ended.stderr], [code, ""]);
    const { outcome: said, session } = JSON.parse(ended.stdout);
    assertEquals([said, session.id], [outcome, "s1"]);
    const again = await home.run(["wait", "s1", "-o", "text"]);
    assertEquals(again.code, code);
    assertMatch(again.stdout, /^s1 +.* +Fix it\n$/);
  });
}

Deno.test("wait --until leaves other outcomes out, and --timeout ends it with 13", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  await put(home, PROMPT);
  await put(home, { hook_event_name: "Stop" });
  const late = await home.run(
    ["wait", "s1", "--until", "needs,failed", "--timeout", "2s"],
  );
  assertEquals(late.code, 13);
  assertEquals(JSON.parse(late.stdout).outcome, "timeout");
  assertEquals((await home.run(["wait", "s1", "--until", "idle"])).code, 0);
  assertEquals((await home.run(["wait", "s1", "--until", "x"])).code, 64);
  assertEquals((await home.run(["wait", "nope"])).code, 1);
});

const hangs: [name: string, reply: (conn: Deno.Conn) => Promise<void>][] = [
  ["says nothing", async (conn) => void await conn.read(new Uint8Array(1))],
  ["sends a byte now and then", async (conn) => {
    await send(conn, Uint8Array.of(0, 255, 0, 0));
    for (;; await pause(100)) await send(conn, Uint8Array.of(0x20));
  }],
];
for (const [name, reply] of hangs) {
  Deno.test(`wait --timeout holds for a daemon that ${name}`, async () => {
    await using home = await tempHome();
    await Deno.mkdir(home.home, { mode: 0o700 });
    await using _daemon = fakeDaemon(home.socket, ({ conn }) => reply(conn));
    const began = performance.now();
    const { code, stdout, stderr } = await home.run(
      ["wait", "s1", "--timeout", "2s"],
    );
    // Ten seconds are the timeout of one request.
    assert(performance.now() - began < 10_000);
    assertEquals(code, 13);
    assertEquals(JSON.parse(stdout), { outcome: "timeout", session: null });
    assertMatch(stderr, /^kaizen: The daemon at .+ms\n$/);
  });
}

Deno.test("wait says in text that the time is over, and for what it waited", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  await put(home, PROMPT);
  const words = ["wait", "s1", "--timeout", "1s", "-o", "text"];
  const { code, stdout, stderr } = await home.run(
    [...words, "--until", "idle,ended"],
  );
  assertEquals(
    [code, stderr],
    [13, "kaizen: the session got to none of these within 1.0s: idle, ended\n"],
  );
  assertMatch(stdout, /^s1 +.* +Fix it\n$/);
  assertEquals((await home.run([...words, "-q"])).stderr, "");
});

Deno.test("wait goes on when the daemon is killed and another one starts", async () => {
  await using home = await tempHome();
  const daemon = await home.startDaemon();
  await put(home, PROMPT);
  const waiting = home.spawn(["wait", "s1", "--exec", "true"]);
  await daemon.stop("SIGKILL");
  // The command starts one itself if it has not got far yet.
  const start = ["daemon", "start", "--background"];
  assertEquals((await home.run(start)).code, 0);
  await put(home, { hook_event_name: "Stop" });
  assertEquals((await waiting.ended).code, 0);
  assertEquals((await home.run(["stop"])).code, 0);
});

const DETAIL = '{"type":"detail","session":{"id":"s1"},"events":[],"spans":[]}';
const kills: [when: string, answers: string[]][] = [
  ["before it answers", []],
  ["when it has found the session", [DETAIL]],
];
for (const [when, answers] of kills) {
  Deno.test(`wait goes on when the daemon is killed ${when}`, async () => {
    await using home = await tempHome();
    {
      await using _daemon = await home.startDaemon();
      await put(home, PROMPT);
    }
    const { promise: killed, resolve: kill } = Promise.withResolvers<void>();
    const daemon = fakeDaemon(home.socket, async ({ answer }) => {
      const next = answers.shift();
      if (answers.length === 0) kill(daemon[Symbol.asyncDispose]());
      if (next !== undefined) await answer(next);
    });
    const waiting = home.spawn(["wait", "s1"]);
    await killed;
    const start = ["daemon", "start", "--background"];
    assertEquals((await home.run(start)).code, 0);
    await put(home, { hook_event_name: "Stop" });
    assertEquals((await waiting.ended).code, 0);
    assertEquals((await home.run(["stop"])).code, 0);
  });
}

Deno.test("wait --exec runs the user's command with the session's facts, and keeps its output off stdout", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  await put(home, { ...PROMPT, prompt: 'Say `date` & "quote" $HOME' });
  await put(home, { hook_event_name: "Stop" });
  const show =
    'printf "%s|%s|%s|%s" "$KAIZEN_WAIT_OUTCOME" "$KAIZEN_WAIT_SESSION" "$KAIZEN_WAIT_TITLE" "$KAIZEN_WAIT_SUMMARY"; exit 7';
  const { code, stdout, stderr } = await home.run(["wait", "--exec", show]);
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout).outcome, "idle");
  assertMatch(
    stderr,
    /^idle\|s1\|Say `date` & "quote" \$HOME\|claude in w: idlekaizen: the command exited with 7\n$/,
  );
});

/** The recipes of docs/wait.md, each with the program that it runs. */
const RECIPES = ["tmux", "notify-send", "osascript"];

Deno.test("the recipes for notifications run with a program of that name", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  await put(home, { ...PROMPT, prompt: "Fix it" });
  await put(home, { hook_event_name: "Stop" });
  const page = await Deno.readTextFile(
    new URL("../../docs/wait.md", import.meta.url),
  );
  for (const name of RECIPES) {
    const [, recipe = ""] = page.match(
      new RegExp(`^(kaizen wait --exec '${name} .*)$`, "m"),
    ) ?? [];
    assertMatch(recipe, /^kaizen wait /, name);
    const { code, stderr, words } = await runRecipe(recipe, name, home);
    assertEquals([code, stderr], [0, ""], name);
    assertMatch(words, /claude in w: idle/, name);
  }
});

for (const [outcome, code, event] of endings) {
  if (outcome !== "idle" && outcome !== "ended") continue;
  Deno.test(`the examples that run the tests do so when the session is ${outcome}`, async () => {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    await put(home, PROMPT);
    await put(home, event);
    const page = await Deno.readTextFile(
      new URL("../../docs/wait.md", import.meta.url),
    );
    for (const text of [page, (await home.run(["help", "wait"])).stdout]) {
      const [recipe = ""] = text.match(/kaizen wait .*make test.*/) ?? [];
      const ended = await runRecipe(recipe, "make", home);
      assertEquals([ended.code, ended.words], [code, "make\ntest\n"]);
      await Deno.remove(`${home.root}/make.txt`);
    }
  });
}

/** Runs a recipe as a user's shell does, with a program of that name, whose words it returns. */
async function runRecipe(recipe: string, name: string, home: Home) {
  const bin = `${home.root}/bin`;
  await Deno.mkdir(bin, { recursive: true });
  const scripts = {
    [name]: `printf '%s\\n' ${name} "$@" > ${home.root}/${name}.txt`,
    kaizen: 'exec "$KAIZEN_UNDER_TEST" "$@"',
  };
  for (const [file, line] of Object.entries(scripts)) {
    await Deno.writeTextFile(`${bin}/${file}`, `#!/bin/sh\n${line}\n`);
    await Deno.chmod(`${bin}/${file}`, 0o755);
  }
  const { code, stderr } = await home.run(["-c", recipe], {
    program: ["/bin/sh"],
    env: {
      PATH: `${bin}:${Deno.env.get("PATH")}`,
      KAIZEN_UNDER_TEST: programCommand()[0] ?? "",
    },
  });
  const words = await Deno.readTextFile(`${home.root}/${name}.txt`)
    .catch(() => "");
  return { code, stderr, words };
}

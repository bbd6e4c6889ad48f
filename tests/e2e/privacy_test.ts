// SPDX-License-Identifier: AGPL-3.0-or-later
/** The user's `config.toml`: payloads that are not recorded, secrets, and the age of sessions. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Home, tempHome } from "./harness.ts";
import { ask, sessionIds } from "./_socket.ts";

const HOOK = ["ingest", "hook", "--source", "claude"];
const SECRET = `ghp_${"a1B2".repeat(9)}`;

/** An event as Claude Code sends it after a call. */
function call(home: Home, file: string, session = "s"): string {
  return JSON.stringify({
    session_id: session,
    cwd: home.workspace,
    permission_mode: "default",
    hook_event_name: "PostToolUse",
    tool_name: "Read",
    tool_input: { file_path: file },
    tool_response: { type: "text", file: { content: `TOKEN=${SECRET}` } },
    tool_use_id: `toolu_${file}`,
    duration_ms: 12,
  });
}

async function configure(home: Home, text: string): Promise<void> {
  await Deno.mkdir(home.home, { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(`${home.home}/config.toml`, text);
}

/** Runs a hook, which has to be silent. */
async function hook(home: Home, stdin: string): Promise<void> {
  const { code, stdout, stderr } = await home.run(HOOK, { stdin });
  assertEquals([code, stdout, stderr], [0, "", ""]);
}

async function payloads(
  home: Home,
  session = "s",
): Promise<Record<string, unknown>[]> {
  const { stdout } = await home.run(["detail", session, "-o", "json"]);
  const { events } = JSON.parse(stdout);
  return events.map(({ payload }: { payload: unknown }) => payload);
}

Deno.test("a hook does not record what config.toml excludes", async () => {
  await using home = await tempHome();
  await configure(
    home,
    `[exclude]\npaths = ["*.env"]\nworkspaces = ["${home.root}/private"]\n`,
  );
  await using _daemon = await home.startDaemon();
  await hook(home, call(home, "/repo/a.ts"));
  await hook(home, call(home, "/repo/.env"));
  const [open, withheld, ...rest] = await payloads(home);
  assertEquals(rest, []);
  assertEquals(open?.tool_input, { file_path: "/repo/a.ts" });
  assertEquals(withheld?.kaizen_withheld, "path");
  assertEquals(withheld?.tool_use_id, "toolu_/repo/.env");
  assertEquals(Object.hasOwn(withheld ?? {}, "tool_response"), false);
  await Deno.mkdir(`${home.root}/private/.git`, { recursive: true });
  const inPrivate = JSON.parse(call(home, "/repo/a.ts", "hidden"));
  inPrivate.cwd = `${home.root}/private`;
  await hook(home, JSON.stringify(inPrivate));
  assertEquals(await sessionIds(home.socket, `${home.root}/private`), []);
  const ingest = await home.run(
    ["ingest", "--source", "claude", "-o", "json"],
    {
      stdin: JSON.stringify(inPrivate),
    },
  );
  assertEquals([ingest.code, JSON.parse(ingest.stdout)], [0, {
    type: "excluded",
  }]);
});

Deno.test("an excluded payload is in no file of the home, also without a daemon", async () => {
  await using home = await tempHome();
  await configure(home, '[exclude]\npaths = ["*.env"]\n');
  await home.run(HOOK, {
    stdin: call(home, "/repo/.env"),
    env: { KAIZEN_NO_START: "1" },
  });
  await home.run(HOOK, { stdin: "no JSON", env: { KAIZEN_NO_START: "1" } });
  let files = 0;
  for await (const { name } of Deno.readDir(`${home.home}/spool`)) {
    const path = `${home.home}/spool/${name}`;
    if (!(await Deno.stat(path)).isFile) continue;
    files++;
    assert(!(await Deno.readTextFile(path)).includes(SECRET), path);
  }
  assert(files > 0);
});

Deno.test("a hook replaces secrets if config.toml says so, and the event says that", async () => {
  await using home = await tempHome();
  await configure(home, "[redact]\nstore = true\n");
  await using _daemon = await home.startDaemon();
  await hook(home, call(home, "/repo/a.ts"));
  const [payload] = await payloads(home);
  assertEquals(payload?.tool_response, {
    type: "text",
    file: { content: "TOKEN=[redacted: GitHub]" },
  });
  assertEquals(payload?.kaizen_withheld, "secrets");
});

Deno.test("with a mistake in config.toml no content is recorded, and status names the mistake", async () => {
  await using home = await tempHome();
  await configure(home, "[exclude]\npath = ['*.env']\n");
  await using _daemon = await home.startDaemon();
  await hook(home, call(home, "/repo/a.ts"));
  const [payload] = await payloads(home);
  assertEquals(payload?.kaizen_withheld, "config");
  assertEquals(Object.hasOwn(payload ?? {}, "tool_input"), false);
  const { stdout } = await home.run(["status", "-o", "json"]);
  assertStringIncludes(stdout, '\\"path\\" is no key of exclude');
  const words = ["ingest", "--source", "claude", "--event", "Stop"];
  const refused = await home.run([...words, "--session", "s"]);
  assertEquals([refused.code, refused.stdout], [74, ""]);
  assertStringIncludes(refused.stderr, '"path" is no key of exclude');
  assertStringIncludes(refused.stderr, "kaizen doctor");
  await configure(home, "[exclude]\npaths = ['*.env']\n");
  await hook(home, call(home, "/repo/b.ts"));
  const [, after] = await payloads(home);
  assertEquals(after?.tool_input, { file_path: "/repo/b.ts" });
});

for (const words of [["daemon", "start", "--background"], ["doctor"]]) {
  const name = `kaizen ${words.join(" ")}`;
  Deno.test(`${name} forgets the rules of a config.toml that was deleted`, async () => {
    await using home = await tempHome();
    const record = (path: string) =>
      home.run(HOOK, {
        stdin: call(home, path),
        env: { KAIZEN_NO_START: "1" },
      });
    await configure(home, "[exclude]\npaths = ['*.env']\n");
    await record("/repo/a.ts");
    await Deno.remove(`${home.home}/config.toml`);
    await home.run(words);
    await configure(home, "[exclude]\npath = ['*.env']\n");
    await record("/repo/b.ts");
    await home.run(["daemon", "start", "--background"]);
    await home.run(["spool", "flush"]);
    const [before, after] = await payloads(home);
    assertEquals(before?.tool_input, { file_path: "/repo/a.ts" });
    assertEquals(after?.kaizen_withheld, "config");
  });
}

Deno.test("the daemon deletes sessions that are older than config.toml keeps them", async () => {
  await using home = await tempHome();
  const at = (days: number) => ({
    ...JSON.parse(call(home, "/repo/a.ts", `${days} days`)),
    timestamp_ms: Date.now() - days * 86_400_000,
  });
  {
    await using _daemon = await home.startDaemon();
    for (const days of [40, 20, 0]) {
      await ask(home.socket, {
        type: "ingest_hook",
        source: "claude",
        payload: JSON.stringify(at(days)),
        workspace: home.workspace,
      });
    }
  }
  await configure(home, 'keep = "30d"\n');
  await using _daemon = await home.startDaemon();
  // The first request is answered after a start; the deletion runs beside it.
  for (let left = 100; left > 0; left--) {
    const ids = await sessionIds(home.socket, home.workspace);
    if (ids.length === 2) break;
    await hook(home, call(home, `/repo/${left}.ts`, "0 days"));
  }
  assertEquals(
    (await sessionIds(home.socket, home.workspace)).toSorted(),
    ["0 days", "20 days"],
  );
});

/** A session with a secret in its title, a command, its output and its error. */
async function recordSecrets(home: Home): Promise<void> {
  const common = { session_id: "s", cwd: home.workspace };
  const command = `curl -H "Authorization: Bearer ${SECRET}" example.test`;
  const bash = {
    tool_name: "Bash",
    tool_input: { command },
    tool_use_id: "toolu_1",
  };
  const events = [
    { hook_event_name: "UserPromptSubmit", prompt: `use ${SECRET}` },
    { hook_event_name: "PreToolUse", ...bash },
    {
      hook_event_name: "PostToolUseFailure",
      ...bash,
      error: `Exit code 1\ndenied: ${SECRET}`,
      is_interrupt: false,
    },
    {
      hook_event_name: "PostToolUse",
      tool_name: "Read",
      tool_input: { file_path: "/repo/key.pem" },
      tool_response: {
        file: {
          content:
            `-----BEGIN PRIVATE KEY-----\n${KEY_LINE}\n-----END PRIVATE KEY-----\n`,
        },
      },
      tool_use_id: "toolu_2",
    },
  ];
  for (const event of events) {
    await hook(home, JSON.stringify({ ...common, ...event }));
  }
}

const KEY_LINE = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";

Deno.test("a trace has no secrets unless config.toml says so; JSON has the bytes of the daemon", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  await recordSecrets(home);
  const trace = async () =>
    (await home.run(["detail", "s", "-o", "trace"])).stdout;
  const redacted = await trace();
  assertEquals(redacted.includes(SECRET), false);
  assertStringIncludes(redacted, "Bearer [redacted: GitHub]");
  await configure(home, "[redact]\nexports = false\n");
  const exact = await trace();
  assertStringIncludes(exact, `Bearer ${SECRET}`);
  const known = JSON.parse(exact).traceEvents.length;
  assertEquals(JSON.parse(redacted).traceEvents.length, known);
  // With a mistake in the file it is redacted.
  await configure(home, "[redact]\nexport = false\n");
  assertEquals((await trace()).includes(SECRET), false);
  const { stdout } = await home.run(["detail", "s", "-o", "json"]);
  assertStringIncludes(stdout, SECRET);
});

Deno.test("--redact takes the secrets out of every output, and nothing else", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  await recordSecrets(home);
  const commands = [
    ["detail", "s", "--full"],
    ["sessions", "show", "s", "--spans"],
    ["sessions"],
    ["sessions", "list"],
    ["events"],
    ["grep", "Bearer"],
    ["grep", "-E", "Bearer|denied"],
  ];
  for (const command of commands) {
    for (const format of ["json", "ndjson", "text"]) {
      const run = async (flags: string[]) =>
        (await home.run([...command, "-o", format, ...flags])).stdout;
      const redacted = await run(["--redact"]);
      const label = [...command, format].join(" ");
      if (format === "ndjson") {
        assertStringIncludes(await run([]), SECRET, label);
      }
      assertEquals(redacted.includes(SECRET), false, label);
      assertEquals(redacted.includes(KEY_LINE), false, label);
      assertStringIncludes(redacted, "[redacted: GitHub]", label);
      if (format === "json") JSON.parse(redacted);
    }
  }
});

Deno.test("grep --redact shows no part of a secret, and finds none", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  await recordSecrets(home);
  // The line of the key has no prefix: only the whole text tells that it is secret.
  for (const pattern of [KEY_LINE.slice(4, 12), SECRET.slice(0, 9)]) {
    for (const flags of [[], ["-E"]]) {
      const grep = ["grep", pattern, ...flags];
      assertEquals((await home.run(grep)).code, 0);
      assertEquals((await home.run([...grep, "--redact"])).code, 1);
    }
  }
  const found = await home.run(["grep", "example.test", "--redact"]);
  for (const line of found.stdout.trimEnd().split("\n")) {
    const { snippet, matches: [match] } = JSON.parse(line);
    assertStringIncludes(snippet, "[redacted: GitHub]");
    assertEquals(snippet.slice(match.start, match.end), "example.test");
  }
});

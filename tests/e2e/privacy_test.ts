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
  await configure(home, "[exclude]\npaths = ['*.env']\n");
  await hook(home, call(home, "/repo/b.ts"));
  const [, after] = await payloads(home);
  assertEquals(after?.tool_input, { file_path: "/repo/b.ts" });
});

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

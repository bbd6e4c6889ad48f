// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Homes and workspaces below /dev, where the runtime opens no file for a program that has not all
 * permissions. A home there is refused everywhere in the same words, a workspace works.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Home, tempHome } from "./harness.ts";

const SHARED = "/dev/shm";
const WORDS = "Deno opens no file below /dev";
const HOOK = ["ingest", "hook", "--source", "claude"];
const NO_START = { KAIZEN_NO_START: "1" };

const hasShared = await Deno.stat(SHARED).then(
  ({ isDirectory }) => isDirectory,
  () => false,
);

function stopEvent(session: string, cwd: string): string {
  return JSON.stringify({
    session_id: session,
    transcript_path: `${cwd}/${session}.jsonl`,
    cwd,
    hook_event_name: "Stop",
    stop_hook_active: false,
  });
}

/** A folder below /dev, which is removed at the end. */
async function sharedFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ dir: SHARED, prefix: "kz" });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** Commands that need the home, of every kind. */
const COMMANDS = [
  ["status"],
  ["doctor"],
  ["daemon", "run"],
  ["daemon", "start", "--background"],
  ["stop"],
  ["sessions"],
  ["spool", "list"],
  ["ingest", "--source", "claude"],
];

async function assertRefused(
  home: Home,
  closed: string,
  exit: number,
): Promise<void> {
  const env = { ...NO_START, KAIZEN_HOME: closed };
  const stdin = stopEvent("s", home.workspace);
  for (const words of COMMANDS) {
    const { code, stderr } = await home.run(words, { stdin, env });
    assertEquals([words, code], [words, exit], stderr);
    assertStringIncludes(stderr, WORDS);
    assertStringIncludes(stderr, closed);
  }
  const hook = await home.run(HOOK, { stdin, env });
  assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
  // The hook records in the default home, and counts why.
  const own = { KAIZEN_HOME: `${home.root}/user/.kaizen` };
  const { stdout } = await home.run(["spool", "status", "--json"], {
    env: own,
  });
  const { pending, failures, last_failure } = JSON.parse(stdout);
  assertEquals([pending, failures], [1, 1]);
  assertStringIncludes(last_failure.reason, WORDS);
  assertStringIncludes(last_failure.reason, closed);
}

Deno.test({
  name: "a home below /dev is refused in words, and no event is lost",
  ignore: !hasShared,
  async fn() {
    await using home = await tempHome();
    await using shared = await sharedFolder();
    await assertRefused(home, `${shared.path}/home`, 64);
  },
});

Deno.test({
  name: "so is a home that a link leads there",
  ignore: !hasShared,
  async fn() {
    await using home = await tempHome();
    await using shared = await sharedFolder();
    await Deno.symlink(shared.path, `${home.root}/link`);
    await assertRefused(home, `${home.root}/link/home`, 74);
    assertEquals([...Deno.readDirSync(shared.path)], []);
  },
});

Deno.test({
  name: "a workspace below /dev works",
  ignore: !hasShared,
  async fn() {
    await using home = await tempHome();
    await using shared = await sharedFolder();
    const cwd = shared.path;
    await using _daemon = await home.startDaemon();
    const { code } = await home.run(HOOK, { stdin: stopEvent("s", cwd), cwd });
    assertEquals(code, 0);
    for (
      const options of [{ args: [], cwd }, {
        args: ["--workspace", cwd],
        cwd: undefined,
      }]
    ) {
      const { stdout, stderr } = await home.run(
        ["sessions", ...options.args, "--json"],
        { cwd: options.cwd },
      );
      const { rows } = JSON.parse(stdout);
      assertEquals(
        rows.map(({ id, workspace }: Record<string, string>) => [
          id,
          workspace,
        ]),
        [["s", cwd]],
        stderr,
      );
    }
  },
});

Deno.test({
  name: "a file below /dev that a command is given is refused in words",
  ignore: !hasShared,
  async fn() {
    await using home = await tempHome();
    const path = `${SHARED}/none`;
    for (
      const words of [
        ["import", path],
        ["hooks", "plugin", path],
        ["ingest", "--source", "claude", path],
      ]
    ) {
      const { code, stderr } = await home.run(words, { env: NO_START });
      assertEquals([words, code], [words, 74], stderr);
      assertStringIncludes(stderr, WORDS);
      assertStringIncludes(stderr, path);
    }
  },
});

// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { type Home, programCommand, tempHome } from "./harness.ts";

const HOOK = ["ingest", "hook", "--source", "claude"];
/** The daemon stands still at least so long, in milliseconds. */
const STANDSTILL_MS = 5_000;
/** Hooks that run at the same time; `KAIZEN_TEST_CROWD` for a machine that cannot run as many. */
const CROWD = Number(Deno.env.get("KAIZEN_TEST_CROWD") ?? 200);

function eventOf(id: number, home: Home): string {
  return JSON.stringify({
    hook_event_name: "Notification",
    session_id: "crowd",
    cwd: home.workspace,
    n: id,
  });
}

/** Numbers of the events that the daemon has, in order of their numbers. */
async function storedNumbers(home: Home): Promise<number[]> {
  const args = ["detail", "crowd", "--workspace", home.workspace, "--json"];
  const { stdout } = await home.run(args);
  const { events } = JSON.parse(stdout);
  return events.map((event: { payload: { n: number } }) => event.payload.n)
    .sort((a: number, b: number) => a - b);
}

/**
 * Runs hooks at the same time; each has its input from the start, as this process could not feed
 * them all in time.
 */
async function runCrowd(
  home: Home,
  numbers: number[],
  env: Record<string, string> = {},
): Promise<void> {
  const runs = await Promise.all(numbers.map(async (n) => {
    const input = `${home.root}/${n}.json`;
    await Deno.writeTextFile(input, eventOf(n, home));
    return await new Deno.Command("sh", {
      args: ["-c", 'input=$1; shift; exec "$@" <"$input"', "sh", input].concat(
        programCommand(),
        HOOK,
      ),
      env: { KAIZEN_HOME: home.home, ...env },
      stdin: "null",
    }).output();
  }));
  for (const { code, stdout, stderr } of runs) {
    assertEquals([code, stdout.length, stderr.length], [0, 0, 0]);
  }
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

async function spoolStatus(home: Home): Promise<Record<string, unknown>> {
  const { stdout } = await home.run(["spool", "status", "--json"]);
  const { pending, rejected, failures, last_failure } = JSON.parse(stdout);
  return { pending, rejected, failures, last_failure };
}

Deno.test(`${CROWD} hooks at once without a daemon: all are there once a daemon runs`, async () => {
  await using home = await tempHome();
  const all = numbers(CROWD);
  await runCrowd(home, all, { KAIZEN_NO_START: "1" });
  assertEquals(await spoolStatus(home), {
    pending: CROWD,
    rejected: 0,
    failures: 0,
    last_failure: null,
  });
  await using _daemon = await home.startDaemon();
  await home.run(["spool", "flush"]);
  assertEquals(await storedNumbers(home), all);
  assertEquals(await spoolStatus(home), {
    pending: 0,
    rejected: 0,
    failures: 0,
    last_failure: null,
  });
});

Deno.test("hooks that find no daemon start one, and it has all of their events", async () => {
  await using home = await tempHome();
  const all = numbers(10);
  await runCrowd(home, all);
  await home.run(["daemon", "start", "--background"]);
  await home.run(["spool", "flush"]);
  assertEquals(await storedNumbers(home), all);
  const log = await Deno.readTextFile(`${home.home}/daemon.log`);
  assertEquals(log.match(/daemon ready/g)?.length, 1, "one daemon was started");
});

Deno.test("50 hooks while the daemon is stopped by a signal for five seconds: all return, none is lost, none doubled", async () => {
  await using home = await tempHome();
  await using daemon = await home.startDaemon();
  const [before, during] = [numbers(5), numbers(50).map((n) => n + 5)];
  await runCrowd(home, before);
  Deno.kill(daemon.pid, "SIGSTOP");
  const standstill = new Promise((resolve) =>
    setTimeout(resolve, STANDSTILL_MS)
  );
  try {
    await runCrowd(home, during);
    await standstill;
  } finally {
    Deno.kill(daemon.pid, "SIGCONT");
  }
  await home.run(["spool", "flush"]);
  assertEquals(await storedNumbers(home), [...before, ...during]);
  assertEquals(await spoolStatus(home), {
    pending: 0,
    rejected: 0,
    failures: 0,
    last_failure: null,
  });
});

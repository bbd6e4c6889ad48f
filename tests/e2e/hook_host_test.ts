// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import {
  type Agent,
  AGENTS,
  type HostOptions,
  type HostReport,
  runAsAgent,
  runTogether,
  startAsAgent,
} from "./_agent_host.ts";
import { type Home, IS_BINARY, programCommand, tempHome } from "./harness.ts";
import { listAgents } from "../../src/agents/mod.ts";

/**
 * The act of a host, and the fate of the event: recorded, kept as it came for people to look at, or
 * only counted.
 */
interface Condition {
  does: string;
  becomes: "recorded" | "rejected" | "counted";
  options(event: Record<string, unknown>): HostOptions;
}

const MIB = 1024 * 1024;

/** Whether a launcher starts the program, which keeps away what is meant for others. */
const HAS_LAUNCHER = programCommand().some((word) =>
  /\.sh$|\/scripts\/kaizen$/.test(word)
);

const conditions: Condition[] = [
  {
    does: "closes stdin after the event",
    becomes: "recorded",
    options: (event) => ({ writes: [JSON.stringify(event)] }),
  },
  {
    does: "leaves stdin open",
    becomes: "recorded",
    options: (event) => ({ writes: [JSON.stringify(event)], leavesOpen: true }),
  },
  {
    does: "closes stdin early",
    becomes: "rejected",
    options: (event) => ({ writes: [JSON.stringify(event).slice(0, -9)] }),
  },
  {
    does: "never writes and never closes",
    becomes: "counted",
    options: () => ({ leavesOpen: true }),
  },
  {
    does: "writes in pieces",
    becomes: "recorded",
    options: (event) => ({
      writes: JSON.stringify(event).match(/.{1,40}/g) ?? [],
      pauseMs: 5,
    }),
  },
  {
    does: "writes more than the event",
    becomes: "recorded",
    options: (event) => ({
      // In one piece: what a busy host sends only later than the hook waits for it is another
      // matter.
      writes: [`${JSON.stringify(event)}\n{}\n${" ".repeat(MIB)}`],
    }),
  },
  {
    does: "sends 8 MiB",
    becomes: "recorded",
    options: (event) => ({
      writes: [JSON.stringify({ ...event, big: "x".repeat(8 * MIB) })],
    }),
  },
  {
    does: "has no HOME",
    becomes: "recorded",
    options: (event) => ({
      writes: [JSON.stringify(event)],
      env: { HOME: undefined },
    }),
  },
  {
    does: "has no git on PATH",
    becomes: "recorded",
    options: (event) => ({
      writes: [JSON.stringify(event)],
      env: { PATH: "/nowhere" },
    }),
  },
  {
    does: "closes stdin at once",
    becomes: "counted",
    options: () => ({}),
  },
  {
    does: "has no stdin",
    becomes: "counted",
    options: () => ({ redirect: "<&-" }),
  },
  {
    does: "has neither stdout nor stderr",
    becomes: "recorded",
    options: (event) => ({
      writes: [JSON.stringify(event)],
      redirect: ">&- 2>&-",
    }),
  },
];
// Deno itself ends there; a launcher leaves the directory first.
if (!IS_BINARY) {
  conditions.push({
    does: "stands in a deleted directory",
    becomes: "recorded",
    options: (event) => ({
      writes: [JSON.stringify(event)],
      inDeletedDirectory: true,
    }),
  });
}
if (Deno.build.os === "linux") {
  conditions.push({
    does: "has a full disk as its stdout",
    becomes: "recorded",
    options: (event) => ({
      writes: [JSON.stringify(event)],
      redirect: ">/dev/full 2>&1",
    }),
  });
}
if (HAS_LAUNCHER) {
  conditions.push({
    does: "works on a Deno or Node program, whose environment this is",
    becomes: "recorded",
    options: (event) => ({
      writes: [JSON.stringify(event)],
      env: {
        DENO_COMPAT: "1",
        DENO_CONNECTED: "1",
        DENO_COVERAGE_DIR: "/nowhere",
        DENO_UNSTABLE_CONTROL_SOCK: "/nowhere",
        DENO_V8_FLAGS: "--no-such-flag",
        NODE_CHANNEL_FD: "3",
        NODE_OPTIONS: "--no-such-option",
        OTEL_DENO: "true",
      },
    }),
  });
}

/** How many events each session of a workspace has. */
async function countEvents(
  home: Home,
  workspace = home.workspace,
): Promise<Map<string, number>> {
  const { stdout } = await home.run([
    "sessions",
    "--workspace",
    workspace,
    "--limit",
    "0",
    "--json",
  ]);
  const { rows }: { rows: { id: string; totals: { events: number } }[] } = JSON
    .parse(stdout);
  return new Map(rows.map(({ id, totals }) => [id, totals.events]));
}

Deno.test("each agent is among the hosts", () => {
  const sources = new Set(AGENTS.map(({ source }) => source));
  assertEquals(listAgents().filter((name) => !sources.has(name)), []);
});

for (const agent of AGENTS) {
  Deno.test(`${agent.name}: hooks are silent, succeed, hold no pipe and lose nothing, for every act of the host`, async () => {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    await runAll(agent, home);
    await home.run(["spool", "flush"]);
    const stored = await countEvents(home);
    // OpenClaw names no directory, so an event belongs to the one that it stands in.
    const gone = await countEvents(home, `${home.root}/gone`);
    const isNamed = agent.source !== "openclaw" || IS_BINARY;
    assertEquals(gone.size, isNamed ? 0 : 1);
    const recorded = conditions.filter(({ becomes }) => becomes === "recorded");
    assertEquals(
      [...stored, ...gone].sort(),
      recorded.map(({ does }) => [does, 1]).sort(),
    );
    await checkSpool(home, 0);
  });

  Deno.test(`${agent.name}: without a daemon each event is in the spool, once`, async () => {
    await using home = await tempHome();
    await runAll(agent, home);
    const recorded = conditions.filter(({ becomes }) => becomes === "recorded");
    await checkSpool(home, recorded.length);
    assertEquals(
      await readSpooledSessions(home),
      recorded.map(({ does }) => does).sort(),
    );
  });
}

/**
 * Runs the agent's hook under each condition, all at once; the name of a session is what its host
 * does.
 */
async function runAll(agent: Agent, home: Home): Promise<void> {
  const reports = await runTogether(
    conditions.map(({ does, options }) => () =>
      startAsAgent(agent, home, options(agent.event(does, home.workspace)))
    ),
  );
  checkReports(conditions.map(({ does }) => does), reports);
}

/** Checks that no host saw anything of its hook, but that it succeeded. */
function checkReports(
  names: readonly string[],
  reports: readonly HostReport[],
): void {
  const all = names.map((name, i) => ({ name, ...reports[i] }));
  const strange = all.filter(({ code, output, writeError }) =>
    code !== 0 || output !== "" || writeError !== null
  );
  assertEquals(strange, []);
}

/** Checks how many events wait, and that the fate of the others is known. */
async function checkSpool(home: Home, waiting: number): Promise<void> {
  const { stdout } = await home.run(["spool", "status", "--json"]);
  const { pending, rejected, failures } = JSON.parse(stdout);
  const count = (what: Condition["becomes"]) =>
    conditions.filter(({ becomes }) => becomes === what).length;
  const withMore = 1; // more than one value came
  assertEquals([pending, rejected, failures], [
    waiting,
    count("rejected"),
    count("counted") + withMore,
  ]);
}

async function readSpooledSessions(home: Home): Promise<string[]> {
  const folder = `${home.home}/spool`;
  const sessions: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.startsWith("v1-")) continue;
    const { payload } = JSON.parse(
      await Deno.readTextFile(`${folder}/${name}`),
    );
    sessions.push(JSON.parse(payload).session_id);
  }
  return sessions.sort();
}

Deno.test("hooks that start a daemon leave it none of the host's pipes", async () => {
  await using home = await tempHome();
  const [agent] = AGENTS;
  assert(agent !== undefined);
  const event = JSON.stringify(agent.event("s", home.workspace));
  // The host reads to the end of its pipes, with any number in the hook.
  for (const redirect of ["", "3>&1 4>&2", "9>&1 >/dev/null"]) {
    await Deno.remove(`${home.home}/daemon.start`).catch(() => {});
    const report = await runAsAgent(agent, home, {
      writes: [event],
      redirect,
      env: { KAIZEN_NO_START: undefined },
    });
    assertEquals(report, { code: 0, output: "", writeError: null });
    const { code } = await home.run(["status", "--wait", "10s"]);
    assertEquals(code, 0, "a daemon runs");
    await home.run(["stop"]);
  }
});

Deno.test("hooks that are killed at any time leave whole events or none", async () => {
  await using home = await tempHome();
  const [agent] = AGENTS;
  assert(agent !== undefined);
  const delays = [1, 10, 20, 30, 40, 50, 60, 80, 100, 150];
  for (const killAfterMs of delays) {
    const event = agent.event(`killed after ${killAfterMs}`, home.workspace);
    await runAsAgent(agent, home, {
      writes: [JSON.stringify(event)],
      killAfterMs,
    });
  }
  await using _daemon = await home.startDaemon();
  await home.run(["spool", "flush"]);
  for (const [session, events] of await countEvents(home)) {
    assertEquals(events, 1, session);
  }
  const { stdout } = await home.run(["spool", "status", "--json"]);
  const { pending, rejected } = JSON.parse(stdout);
  assertEquals([pending, rejected], [0, 0]);
});

Deno.test("a hook that is killed alone, by a signal of any kind, leaves its host no pipe to wait for", async () => {
  await using home = await tempHome();
  const signals: Deno.Signal[] = ["SIGTERM", "SIGKILL"];
  await Promise.all(AGENTS.flatMap((agent) =>
    signals.map(async (signal) => {
      const { output } = await runAsAgent(agent, home, {
        leavesOpen: true, // what it waits for never comes
        killAfterMs: 100,
        signal,
        killsAlone: true,
      });
      assertEquals(output, "", `${agent.name}, ${signal}`);
    })
  ));
});

Deno.test("hooks of several agents at once are stored once each", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const runs = [1, 2, 3].flatMap((n) =>
    AGENTS.map((agent) => ({ agent, session: `${agent.name} ${n}` }))
  );
  const reports = await runTogether(runs.map(({ agent, session }) => () => {
    const event = agent.event(session, home.workspace);
    return startAsAgent(agent, home, { writes: [JSON.stringify(event)] });
  }));
  checkReports(runs.map(({ session }) => session), reports);
  await home.run(["spool", "flush"]);
  assertEquals(
    [...await countEvents(home)].sort(),
    runs.map(({ session }) => [session, 1]).sort(),
  );
});

/**
 * A login shell that has no home takes the one of the user, which is not the test's to write to.
 */
function noHome({ name }: Agent): string | undefined {
  return name.startsWith("Codex") ? "/dev/null" : undefined;
}

Deno.test("hooks for which there is no home at all are silent and succeed", async () => {
  await using home = await tempHome();
  for (const agent of AGENTS) {
    const report = await runAsAgent(agent, home, {
      // A busy host writes late, and needs the pipe then, too.
      writes: [" ", JSON.stringify(agent.event("s", home.workspace))],
      pauseMs: 250,
      env: { HOME: noHome(agent), KAIZEN_HOME: undefined },
    });
    assertEquals(report, { code: 0, output: "", writeError: null }, agent.name);
  }
});

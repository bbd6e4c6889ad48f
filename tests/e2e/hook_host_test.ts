// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import {
  type Agent,
  AGENTS,
  type HostOptions,
  runAsAgent,
} from "./_agent_host.ts";
import { type Home, tempHome } from "./harness.ts";

/** What a host does, how many events are stored then, and whether it may see an error while it writes. */
interface Condition {
  does: string;
  stored: 0 | 1;
  options(event: Record<string, unknown>): HostOptions;
}

const MIB = 1024 * 1024;

const conditions: Condition[] = [
  {
    does: "closes stdin behind the event",
    stored: 1,
    options: (event) => ({ writes: [JSON.stringify(event)] }),
  },
  {
    does: "leaves stdin open",
    stored: 1,
    options: (event) => ({ writes: [JSON.stringify(event)], leavesOpen: true }),
  },
  {
    does: "closes stdin early",
    stored: 0,
    options: (event) => ({ writes: [JSON.stringify(event).slice(0, -9)] }),
  },
  {
    does: "never writes and never closes",
    stored: 0,
    options: () => ({ leavesOpen: true }),
  },
  {
    does: "writes in pieces",
    stored: 1,
    options: (event) => ({
      writes: JSON.stringify(event).match(/.{1,40}/g) ?? [],
      pauseMs: 5,
    }),
  },
  {
    does: "writes more than the event",
    stored: 1,
    options: (event) => ({
      writes: [`${JSON.stringify(event)}\n{}\n`, " ".repeat(MIB)],
    }),
  },
  {
    does: "sends 8 MiB",
    stored: 1,
    options: (event) => ({
      writes: [JSON.stringify({ ...event, big: "x".repeat(8 * MIB) })],
    }),
  },
  {
    does: "has no HOME",
    stored: 1,
    options: (event) => ({
      writes: [JSON.stringify(event)],
      env: { HOME: undefined },
    }),
  },
  {
    does: "has no git on PATH",
    stored: 1,
    options: (event) => ({
      writes: [JSON.stringify(event)],
      env: { PATH: "/nowhere" },
    }),
  },
  {
    does: "stands in a deleted directory",
    stored: 1,
    options: (event) => ({
      writes: [JSON.stringify(event)],
      inDeletedDirectory: true,
    }),
  },
];

async function countEvents(
  home: Home,
  session: string,
  workspace: string,
): Promise<number> {
  const { code, stdout } = await home.run([
    "detail",
    session,
    "--workspace",
    workspace,
    "--json",
  ]);
  return code === 1 ? 0 : JSON.parse(stdout).events.length;
}

/** OpenClaw names no directory, so its events belong to the one it stands in. */
function workspaceOf(agent: Agent, does: string, home: Home): string {
  return agent.source === "openclaw" && does.includes("deleted")
    ? `${home.root}/gone`
    : home.workspace;
}

for (const agent of AGENTS) {
  Deno.test(`${agent.name}: hooks are silent, succeed, hold no pipe and lose nothing, whatever the host does`, async () => {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    await Promise.all(conditions.map(async ({ does, options }) => {
      const event = agent.event(does, home.workspace);
      const report = await runAsAgent(agent, home, options(event));
      assertEquals(report, { code: 0, output: "", writeError: null }, does);
    }));
    await home.run(["spool", "flush"]);
    for (const { does, stored } of conditions) {
      const workspace = workspaceOf(agent, does, home);
      assertEquals(await countEvents(home, does, workspace), stored, does);
    }
    const { stdout } = await home.run(["spool", "status", "--json"]);
    const { pending, rejected, failures } = JSON.parse(stdout);
    assertEquals([pending, rejected], [0, 1], "cut short: kept for people");
    assertEquals(failures, 2, "nothing came; more than one value came");
  });
}

Deno.test("hooks that start a daemon leave it none of the host's pipes", async () => {
  await using home = await tempHome();
  const [agent] = AGENTS;
  assert(agent !== undefined);
  const event = JSON.stringify(agent.event("s", home.workspace));
  // The host reads to the end of its pipes, whatever number they have in the hook.
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
  for (const killAfterMs of delays) {
    const session = `killed after ${killAfterMs}`;
    assert(await countEvents(home, session, home.workspace) <= 1, session);
  }
  const { stdout } = await home.run(["spool", "status", "--json"]);
  const { pending, rejected } = JSON.parse(stdout);
  assertEquals([pending, rejected], [0, 0]);
});

Deno.test("hooks of several agents at once are stored once each", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const runs = [1, 2, 3].flatMap((n) =>
    AGENTS.map((agent) => ({ agent, session: `${agent.name} ${n}` }))
  );
  await Promise.all(runs.map(async ({ agent, session }) => {
    const event = agent.event(session, home.workspace);
    const report = await runAsAgent(agent, home, {
      writes: [JSON.stringify(event)],
    });
    assertEquals(report, { code: 0, output: "", writeError: null }, session);
  }));
  await home.run(["spool", "flush"]);
  for (const { session } of runs) {
    assertEquals(await countEvents(home, session, home.workspace), 1, session);
  }
});

Deno.test("hooks for which there is no home at all are silent and succeed", async () => {
  await using home = await tempHome();
  for (const agent of AGENTS) {
    const report = await runAsAgent(agent, home, {
      writes: [JSON.stringify(agent.event("s", home.workspace))],
      env: { HOME: undefined, KAIZEN_HOME: undefined },
    });
    assertEquals(report, { code: 0, output: "", writeError: null }, agent.name);
  }
});

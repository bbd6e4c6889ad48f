// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import type { Home } from "../e2e/harness.ts";
import { interopTest } from "./_reference.ts";
import { TheirDaemon } from "./_their_daemon.ts";

const AGENTS = ["claude", "codex", "cursor", "openclaw", "vibe"] as const;

interface Line {
  agent: string;
  payload: Record<string, unknown>;
}

const lines: Line[] = Deno.readTextFileSync(
  new URL("../fixtures/agent_hooks.jsonl", import.meta.url),
).trimEnd().split("\n").map((line) => JSON.parse(line));

/** Payloads of agents, by the name that the command line has for each agent. */
function eventsOf(agent: string): string[] {
  const name = agent === "claude" ? "claude-code" : agent;
  return lines.filter((line) => line.agent === name)
    .map(({ payload }) => JSON.stringify(payload));
}

async function spoolOf(
  home: Home,
): Promise<{ pending: number; rejected: number }> {
  const { stdout } = await home.run(["spool", "status", "--json"]);
  const { pending, rejected } = JSON.parse(stdout);
  return { pending, rejected };
}

/** Number of events that their daemon has, over all sessions of the workspace. */
async function storedEvents(home: Home): Promise<number> {
  const { stdout } = await home.run(["sessions"]);
  const { rows }: { rows: { id: string }[] } = JSON.parse(stdout);
  let count = 0;
  for (const { id } of rows) {
    const detail = await home.run(["detail", id]);
    count += JSON.parse(detail.stdout).events.length;
  }
  return count;
}

for (const agent of AGENTS) {
  interopTest(
    `ingest hands the events of ${agent} to theirs, hook by hook and at once`,
    async () => {
      await using theirs = await TheirDaemon.start();
      const { home } = theirs;
      const env = { KAIZEN_WORKSPACE: home.workspace };
      const events = eventsOf(agent);
      assert(events.length > 0);
      for (const stdin of events) {
        const hook = await home.run(["ingest", "hook", "--source", agent], {
          stdin,
          env,
        });
        assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
      }
      assertEquals(await spoolOf(home), { pending: 0, rejected: 0 });
      const hooked = await storedEvents(home);
      assertEquals(hooked, events.length);
      const plain = await home.run(
        ["ingest", "--source", agent, "--ndjson", "--json"],
        { stdin: events.join("\n"), env },
      );
      assertEquals(plain.code, 0);
      assertEquals(await storedEvents(home), 2 * hooked);
      const { stdout } = await home.run(["sessions"]);
      for (const { agent: shown } of JSON.parse(stdout).rows) {
        assertEquals(shown, agent);
      }
    },
  );
}

const EVENT = '{"hook_event_name":"Notification","session_id":"s"}';

interopTest(
  "ingest in plain mode: one event from words, a file, stdin, and a git hook",
  async () => {
    await using theirs = await TheirDaemon.start();
    const { home } = theirs;
    const file = `${home.root}/event.json`;
    await Deno.writeTextFile(file, EVENT);
    const words = ["--event", "Stop", "--session", "s", "--set", "a=b"];
    const ways: [args: string[], stdin: string][] = [
      [["ingest", "--source", "claude", "--json", file], ""],
      [["ingest", "--source", "claude", "--json", "-"], EVENT],
      [["ingest", "--source", "claude", "--json", ...words], ""],
    ];
    for (const [args, stdin] of ways) {
      const { code, stdout } = await home.run(args, { stdin });
      assertEquals([code, JSON.parse(stdout)], [0, {
        type: "ack",
        message: "ingested",
      }]);
    }
    assertEquals(await storedEvents(home), 3);
  },
);

interopTest(
  "ingest that theirs would refuse is refused before it is sent",
  async () => {
    await using theirs = await TheirDaemon.start();
    const { home } = theirs;
    const long = `{"hook_event_name":"x","session_id":"s","x":"${
      "x".repeat(16 * 1024 * 1024)
    }"}`;
    for (const stdin of ["", "x", "[]", '{"session_id":"s"}', long]) {
      const plain = await home.run(["ingest", "--source", "claude"], { stdin });
      assertEquals([stdin.slice(0, 20), plain.code], [stdin.slice(0, 20), 65]);
      const hook = await home.run(["ingest", "hook", "--source", "claude"], {
        stdin,
      });
      assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
    }
    assertEquals((await spoolOf(home)).pending, 0);
    const { stdout } = await home.run(["status"]);
    assertEquals(JSON.parse(stdout).last_error, null);
  },
);

interopTest(
  "an error of theirs is exit 5 with its words; a hook keeps the event",
  async () => {
    await using theirs = await TheirDaemon.start();
    const { home } = theirs;
    // Their guard: the home lies inside of this workspace.
    const env = { KAIZEN_WORKSPACE: home.root };
    const words =
      "The daemon answered with an error: KAIZEN_HOME must be outside target repository";
    const commands = [["sessions"], ["detail", "s"]];
    for (const args of commands) {
      const { code, stdout } = await home.run(args, { env });
      assertEquals([code, JSON.parse(stdout).message], [5, words]);
    }
    const plain = await home.run(["ingest", "--source", "claude", "--json"], {
      stdin: EVENT,
      env,
    });
    assertEquals([plain.code, JSON.parse(plain.stdout).message], [5, words]);
    const hook = await home.run(["ingest", "hook", "--source", "claude"], {
      stdin: EVENT,
      env,
    });
    assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
    const { pending, rejected } = await spoolOf(home);
    assertEquals(pending + rejected, 1);
  },
);

interopTest(
  "events wait while theirs is stopped, and reach it in order",
  async () => {
    await using theirs = await TheirDaemon.start();
    const { home } = theirs;
    await home.run(["stop"]);
    await theirs.ended();
    const env = { KAIZEN_NO_START: "1" };
    for (let i = 0; i < 3; i++) {
      const stdin =
        `{"hook_event_name":"Notification","session_id":"s","i":${i}}`;
      const { code, stdout } = await home.run(
        ["ingest", "hook", "--source", "claude"],
        { stdin, env },
      );
      assertEquals([code, stdout], [0, ""]);
    }
    const plain = await home.run(["ingest", "--source", "claude", "--json"], {
      stdin: '{"hook_event_name":"Notification","session_id":"s","i":3}',
      env,
    });
    assertEquals([plain.code, JSON.parse(plain.stdout).type], [0, "spooled"]);
    const strict = await home.run([
      "ingest",
      "--source",
      "claude",
      "--no-spool",
    ], {
      stdin: EVENT,
      env,
    });
    assertEquals(strict.code, 3);
    assertEquals((await spoolOf(home)).pending, 4);
    await theirs.startAgain();
    const flush = await home.run(["spool", "flush", "--json"]);
    assertEquals([flush.code, JSON.parse(flush.stdout).delivered], [0, 4]);
    const { stdout } = await home.run(["detail", "s"]);
    const { events }: { events: { payload: { i: number } }[] } = JSON.parse(
      stdout,
    );
    assertEquals(events.map(({ payload }) => payload.i), [0, 1, 2, 3]);
    assertEquals(await spoolOf(home), { pending: 0, rejected: 0 });
  },
);

interopTest(
  "theirs restarts while hooks come in: all of them reach it, some perhaps twice",
  async () => {
    await using theirs = await TheirDaemon.start();
    const { home } = theirs;
    const env = { KAIZEN_NO_START: "1" };
    const ids = Array.from({ length: 24 }, (_, i) => i);
    const lane = async (from: number) => {
      for (const i of ids.filter((id) => id % 4 === from)) {
        const { code, stdout, stderr } = await home.run(
          ["ingest", "hook", "--source", "claude"],
          {
            env,
            stdin:
              `{"hook_event_name":"Notification","session_id":"s","i":${i}}`,
          },
        );
        assertEquals([code, stdout, stderr], [0, "", ""]);
      }
    };
    const restart = async (how: "stop" | "SIGKILL") => {
      if (how === "stop") await home.run(["stop"]);
      else theirs.signal(how);
      await theirs.ended();
      await theirs.startAgain();
    };
    await Promise.all([
      ...[0, 1, 2, 3].map(lane),
      restart("stop").then(() => restart("SIGKILL")),
    ]);
    assertEquals((await home.run(["spool", "flush", "--json"])).code, 0);
    assertEquals(await spoolOf(home), { pending: 0, rejected: 0 });
    const { stdout } = await home.run(["detail", "s"]);
    const { events }: { events: { payload: { i: number } }[] } = JSON.parse(
      stdout,
    );
    const found = new Set(events.map(({ payload }) => payload.i));
    assertEquals([...found].sort((a, b) => a - b), ids);
  },
);

interopTest(
  "while theirs is suspended nothing hangs and no event is lost",
  async () => {
    await using theirs = await TheirDaemon.start();
    const { home } = theirs;
    theirs.signal("SIGSTOP");
    try {
      assertEquals((await home.run(["status"])).code, 4);
      assertEquals((await home.run(["stop", "--timeout", "300ms"])).code, 4);
      assertEquals(
        (await home.run(["sessions", "--timeout", "300ms"])).code,
        4,
      );
      const hook = await home.run(["ingest", "hook", "--source", "claude"], {
        stdin: EVENT,
      });
      assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
      const strict = await home.run([
        "ingest",
        "--source",
        "claude",
        "--no-spool",
        "--timeout",
        "300ms",
      ], { stdin: EVENT });
      assertEquals(strict.code, 4);
    } finally {
      theirs.signal("SIGCONT");
    }
    // It now does all that was asked while it slept, the `stop` as well if its client is still
    // connected.
    const { stdout } = await home.run(["status", "--wait", "10s"]);
    assertEquals(JSON.parse(stdout).running, true);
    const flush = await home.run(["spool", "flush", "--json"]);
    assertEquals(flush.code, 0);
    assertEquals((await spoolOf(home)).pending, 0);
    // It may have taken some of them twice: it knows no ids. None is missing.
    assert(await storedEvents(home) >= 1);
  },
);

interopTest(
  "a git hook's session is kept by theirs under its source",
  async () => {
    await using theirs = await TheirDaemon.start();
    const { home } = theirs;
    const git = async (...args: string[]) => {
      const { code } = await new Deno.Command("git", {
        args: ["-C", home.workspace, ...args],
        env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
        stdout: "null",
        stderr: "null",
      }).output();
      assertEquals(code, 0);
    };
    await git("init", "-q");
    const who = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
    await git(...who, "commit", "-q", "--allow-empty", "-m", "first");
    const hook = await home.run(["ingest", "git", "post-commit"]);
    assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
    const { stdout } = await home.run(["sessions"]);
    const [row] = JSON.parse(stdout).rows;
    // Divergence 17: ours says agent git, status Done.
    assertEquals(
      [row.id, row.agent, row.status],
      [`git:${home.workspace}`, "claude", "Running"],
    );
  },
);

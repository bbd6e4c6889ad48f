// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tokens and costs from transcript to `kaizen usage`, beside ccusage's: the program is told of
 * transcripts by hooks or by an import, while they grow and while its daemon is stopped and killed.
 */
import { assert, assertEquals } from "@std/assert";
import { type Home, type RunningDaemon, tempHome } from "../e2e/harness.ts";
import {
  askCcusage,
  askCosts,
  ccusageTest,
  type Figures,
  type FigureTable,
} from "./_ccusage.ts";
import {
  claudeTree,
  codexTree,
  Dice,
  type TreeFile,
} from "./_transcript_trees.ts";

const AGENTS = ["claude", "codex"] as const;
const SESSIONS = 8;
const SEED = Number(
  Deno.env.get("KAIZEN_INTEROP_SEED") || Math.floor(Math.random() * 2 ** 30),
);
/** How many seeds each way is tried with. */
const SEEDS = Number(Deno.env.get("KAIZEN_INTEROP_SEEDS") || 2);
const ZONES = ["UTC", "America/Los_Angeles", "Asia/Kathmandu"];
/** All files of a tree seem to be of this time, so that an import takes them by their names. */
const WRITTEN = new Date(Date.UTC(2026, 11, 31));

type Agent = (typeof AGENTS)[number];

/** A transcript of a tree, and the session that its hooks are of. */
interface Told {
  agent: Agent;
  path: string;
  content: string;
  session: string;
  /** The thread, for a subagent's transcript. */
  subagent: string | null;
}

/** The transcripts of both agents. */
function growTree(seed: number): Told[] {
  const tell = (agent: Agent) => ([path, content]: TreeFile): Told => {
    const [, name = ""] = path.match(/([^/]+)\.jsonl$/) ?? [];
    if (agent === "codex") {
      const thread = name.slice(-36);
      const session = parentOf(content) ?? thread;
      const subagent = session === thread ? null : thread;
      return { agent, path, content, session, subagent };
    }
    const [, parent] = path.match(/([^/]+)\/subagents\//) ?? [];
    const subagent = parent === undefined ? null : name.replace("agent-", "");
    return { agent, path, content, session: parent ?? name, subagent };
  };
  return [
    ...claudeTree(seed, SESSIONS).map(tell("claude")),
    ...codexTree(seed, SESSIONS).map(tell("codex")),
  ];
}

/** The thread that started a subagent's. */
function parentOf(content: string): string | null {
  const [first = ""] = content.split("\n");
  const { payload } = JSON.parse(first);
  return payload?.source?.subagent?.thread_spawn?.parent_thread_id ?? null;
}

/** One run: a home, its daemon, and the transcripts. */
class Scene {
  readonly home: Home;
  readonly files: readonly Told[];
  daemon: RunningDaemon;

  private constructor(
    home: Home,
    daemon: RunningDaemon,
    files: readonly Told[],
  ) {
    this.home = home;
    this.daemon = daemon;
    this.files = files;
  }

  static async open(home: Home, seed: number): Promise<Scene> {
    return new Scene(home, await home.startDaemon(), growTree(seed));
  }

  placeOf({ path }: Told): string {
    return `${this.home.root}/user/${path}`;
  }

  /** Appends a part of a transcript, or all of it. */
  async append(file: Told, text: string = file.content): Promise<void> {
    const path = this.placeOf(file);
    const folder = path.slice(0, path.lastIndexOf("/"));
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(path, text, { append: true });
    await Deno.utime(path, WRITTEN, WRITTEN);
  }

  /** Tells of a transcript as the agent's hook does at the end of a turn. */
  async hook(file: Told): Promise<void> {
    const { agent, session, subagent } = file;
    const main = this.files.find((one) =>
      one.agent === agent && one.session === session && one.subagent === null
    );
    const event = {
      session_id: session,
      transcript_path: main === undefined ? null : this.placeOf(main),
      cwd: this.home.workspace,
      permission_mode: "default",
      ...agent === "codex" ? { turn_id: "1", model: "gpt-5.5" } : {},
      hook_event_name: subagent === null ? "Stop" : "SubagentStop",
      ...subagent === null ? {} : {
        agent_id: subagent,
        agent_type: "worker",
        agent_transcript_path: this.placeOf(file),
      },
      stop_hook_active: false,
      last_assistant_message: "Done.",
    };
    const { code, stderr } = await this.home.run([
      ...["ingest", "hook", "--source", agent],
    ], { stdin: JSON.stringify(event) });
    assertEquals([code, stderr], [0, ""]);
  }

  async restart(signal: Deno.Signal): Promise<void> {
    await this.daemon.stop(signal);
    this.daemon = await this.home.startDaemon();
  }

  /** Asks until all that is known of has been read. */
  async usage(by: string, agent: Agent, zone: string): Promise<Report> {
    while (true) {
      const { code, stdout, stderr } = await this.home.run(
        ["usage", "--by", by, "--all-workspaces", "-o", "json"],
        { env: { TZ: zone } },
      );
      assertEquals([code, stderr], [0, ""], agent);
      const report = JSON.parse(stdout);
      if (report.transcripts.waiting === 0) return report;
    }
  }
}

interface Report {
  rows: {
    key: string;
    agent?: string;
    tokens_in: number;
    tokens_out: number;
    cache_read_tokens: number;
    cache_creation_tokens: number;
    cost_usd_e6: number | null;
  }[];
}

function figuresOf(report: Report): FigureTable {
  const figures = report.rows.map((row): [string, Figures] => [row.key, [
    row.tokens_in,
    row.tokens_out,
    row.cache_creation_tokens,
    row.cache_read_tokens,
  ]]);
  return new Map(
    figures.filter(([, counts]) => counts.some((count) => count > 0))
      .sort(([a], [b]) => a < b ? -1 : 1),
  );
}

/** Adds up tables, with other names for their rows. */
function addUp(
  tables: readonly FigureTable[],
  rename: (key: string) => string = (key) => key,
): FigureTable {
  const sums = new Map<string, Figures>();
  for (const [key, [a, b, c, d]] of tables.flatMap((table) => [...table])) {
    const [e, f, g, h] = sums.get(rename(key)) ?? [0, 0, 0, 0];
    sums.set(rename(key), [a + e, b + f, c + g, d + h]);
  }
  return new Map([...sums].sort(([a], [b]) => a < b ? -1 : 1));
}

/** Compares what the program says with what ccusage says. */
async function judge(scene: Scene, zone: string): Promise<void> {
  const user = `${scene.home.root}/user`;
  // A subagent's thread of Codex is a session of its own to ccusage.
  const parents = new Map(
    scene.files.flatMap(({ agent, session, subagent }) =>
      agent === "codex" && subagent !== null
        ? [[subagent, session] as const]
        : []
    ),
  );
  const rename = (key: string) => parents.get(key) ?? key;
  const theirs = AGENTS.map((agent) => askCcusage(agent, user, zone));
  for (const by of ["session", "model", "day"] as const) {
    const report = await scene.usage(by, "claude", zone);
    assertEquals(
      figuresOf(report),
      addUp(theirs.map((tables) => tables[by]), rename),
      by,
    );
    if (by === "model") continue;
    const costs = new Map<string, number>();
    for (const agent of AGENTS) {
      for (const [key, cost] of askCosts(agent, user, zone)[by]) {
        costs.set(rename(key), (costs.get(rename(key)) ?? 0) + cost);
      }
    }
    for (const { key, cost_usd_e6 } of report.rows) {
      const ours = (cost_usd_e6 ?? 0) / 1e6;
      const cost = costs.get(key) ?? 0;
      assert(
        Math.abs(ours - cost) < 0.005,
        `${by} ${key} costs $${ours} with us, and $${cost} with ccusage`,
      );
    }
  }
}

type Way = (scene: Scene, dice: Dice) => Promise<void>;

/** How the program comes to know of the transcripts. */
const WAYS: Record<string, Way> = {
  async "by hooks"(scene) {
    for (const file of scene.files) {
      await scene.append(file);
      await scene.hook(file);
    }
  },
  async "by an import"(scene) {
    for (const file of scene.files) await scene.append(file);
    await runImport(scene.home);
    assertEquals((await runImport(scene.home)).new, 0);
  },
  async "by an import after hooks of some"(scene, dice) {
    // A message in two sessions belongs to the one that was heard of first: that of the first file.
    for (const agent of AGENTS) {
      const files = scene.files.filter((file) => file.agent === agent);
      const hooked = dice.below(files.length);
      for (const [i, file] of files.entries()) {
        await scene.append(file);
        if (i < hooked) await scene.hook(file);
      }
    }
    await runImport(scene.home);
  },
  async "while they grow and daemons end"(scene, dice) {
    const cuts = new Map(scene.files.map((file) => [file, 0]));
    // Sessions are heard of in the order of their names.
    for (const file of scene.files) await scene.hook(file);
    while (cuts.size > 0) {
      const file = dice.of([...cuts.keys()]);
      const from = cuts.get(file) ?? 0;
      const bytes = new TextEncoder().encode(file.content);
      const to = Math.min(bytes.length, from + 1 + dice.below(20_000));
      await scene.append(file, decode(bytes.subarray(from, to)));
      if (to === bytes.length) cuts.delete(file);
      else cuts.set(file, to);
      const isDone = !cuts.has(file);
      if (isDone || dice.chance(40)) await scene.hook(file);
      if (dice.chance(8)) await scene.restart(dice.of(["SIGTERM", "SIGKILL"]));
      else if (dice.chance(20)) await scene.usage("day", file.agent, "UTC");
    }
    await scene.restart("SIGKILL");
  },
};

/** The trees have nothing but ASCII. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

async function runImport(home: Home): Promise<{ new: number }> {
  const { code, stdout, stderr } = await home.run(["import", "-o", "json"]);
  assertEquals([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

for (const [i, [way, tell]] of Object.entries(WAYS).entries()) {
  for (let n = 0; n < SEEDS; n++) {
    const seed = SEED + 1000 * n + i;
    ccusageTest(
      `kaizen usage says what ccusage says, told of transcripts ${way} (seed ${seed})`,
      async () => {
        await using home = await tempHome();
        const scene = await Scene.open(home, seed);
        await using _daemon = {
          [Symbol.asyncDispose]: () => scene.daemon[Symbol.asyncDispose](),
        };
        await tell(scene, new Dice(seed));
        await judge(scene, ZONES[n % ZONES.length] ?? "UTC");
        assert(scene.files.length >= 2 * SESSIONS);
      },
    );
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Records a terminal in which a user looks at sample sessions.
 * @module
 */
import { Terminal } from "../../tests/e2e/_terminal.ts";
import { tempHome } from "../../tests/e2e/harness.ts";
import { ROOT } from "./project.ts";
import { type Frame, renderTerminal } from "./terminal_svg.ts";

const SIZE = { columns: 120, rows: 27 };
/**
 * The command lines, how long their output stays in milliseconds, and whether the screen is cleared
 * before.
 */
const LINES = [
  { line: "kaizen sessions", ms: 4000, isFresh: true },
  { line: "kaizen wait --until needs", ms: 3500, isFresh: false },
  { line: "kaizen grep Wasserstand --tool Bash", ms: 4500, isFresh: false },
  { line: "kaizen sessions tree 7d3f", ms: 9000, isFresh: true },
];
const TYPED_MS = 1200;
const PROMPT = "$ ";
/** Time between two events of the samples, in milliseconds. */
const STEP_MS = 4_000;

await record(Deno.args[0] ?? `${ROOT}/docs/terminal.svg`);

async function record(path: string): Promise<void> {
  await using home = await tempHome();
  const folder = `${home.root}/tidepool`;
  const bin = `${home.root}/bin`;
  await Deno.mkdir(`${folder}/.git`, { recursive: true });
  await Deno.mkdir(bin);
  await Deno.symlink(`${ROOT}/scripts/kaizen`, `${bin}/kaizen`);
  await using _daemon = await home.startDaemon();
  for (const { source, events } of await readSamples(folder)) {
    const stdin = events.map((event) => `${JSON.stringify(event)}\n`).join("");
    const words = ["ingest", "--source", source, "--ndjson"];
    const { code, stderr } = await home.run(words, { stdin, cwd: folder });
    if (code !== 0) throw new Error(stderr);
  }
  await using terminal = await Terminal.open({
    ...SIZE,
    command: "bash --norc --noprofile",
    env: {
      PATH: `${bin}:${Deno.env.get("PATH")}`,
      HOME: `${home.root}/user`,
      KAIZEN_HOME: home.home,
      DENO_DIR: Deno.env.get("DENO_DIR") ?? "",
      TERM: "screen-256color",
    },
    cwd: folder,
  });
  const stripColors = (screen: string) =>
    // deno-lint-ignore no-control-regex -- it matches the codes of a terminal
    screen.replaceAll(/\x1b\[[\d;]*m/g, "");
  const show = (isThere: (screen: string) => boolean) =>
    terminal.waitFor(isThere, { withColors: true });
  await terminal.type("-l", `PS1='${PROMPT}'`);
  await terminal.type("Enter");
  const frames: Frame[] = [];
  for (const { line, ms, isFresh } of LINES) {
    if (isFresh) {
      await terminal.type("clear", "Enter");
      await show((screen) => stripColors(screen) === PROMPT.trim());
    }
    await terminal.type("-l", line);
    frames.push({
      screen: await show((screen) => screen.endsWith(line)),
      ms: TYPED_MS,
    });
    await terminal.type("Enter");
    frames.push({
      screen: await show((screen) => /\n\$$/.test(stripColors(screen))),
      ms,
    });
  }
  // Paths of this machine say nothing.
  const clean = frames.map(({ screen, ms }) => ({
    screen: screen.replaceAll(home.root, "~"),
    ms,
  }));
  await Deno.writeTextFile(path, renderTerminal(clean, SIZE));
}

/** The events of one agent. */
interface Sample {
  source: string;
  events: Record<string, unknown>[];
}

/** Reads sample sessions as if they had just happened in a folder. */
async function readSamples(folder: string): Promise<Sample[]> {
  const text = await Deno.readTextFile(
    `${ROOT}/tests/fixtures/claude_session.jsonl`,
  );
  const lines = text.replaceAll("/home/zoe/src/tidepool", folder).trimEnd()
    .split("\n");
  const start = Date.now() - (lines.length + 8) * STEP_MS;
  const at = (n: number, event: object) => ({
    ...event,
    timestamp_ms: start + n * STEP_MS,
  });
  const session_id = "01997c1a-52d0-7e31-b1b5-0c7a6c9d2e11";
  const common = { session_id, cwd: folder, turn_id: "t1", model: "gpt-5.5" };
  const call = {
    tool_name: "Bash",
    tool_use_id: "call_1",
    tool_input: { command: "deno task deploy --prod" },
  };
  const codex = [
    { hook_event_name: "SessionStart", source: "startup" },
    { hook_event_name: "UserPromptSubmit", prompt: "deploy the tide tables" },
    { hook_event_name: "PreToolUse", ...call },
    { hook_event_name: "PermissionRequest", ...call },
  ].map((event, i) => at(lines.length + i, { ...common, ...event }));
  return [
    {
      source: "claude",
      events: lines.map((line, i) => at(i, JSON.parse(line))),
    },
    { source: "codex", events: codex },
  ];
}

// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * How long an agent waits for the hooks that `kaizen hooks install claude` writes, with `async` and
 * without, and whether the events keep their order:
 *
 *   scripts/deno run -A bench/hook_wait.ts PROGRAM [CALLS] [MODEL_MS]
 *
 * Plays an agent that makes CALLS calls of a tool. Each call runs the hook for PreToolUse and waits
 * for it, then the hook for PostToolUse, and waits for it or not; then the model answers in
 * MODEL_MS. Prints JSON: the milliseconds that the agent waited in each call (median and 95th
 * percentile), what it waits for hooks that only read, and how many events are stored in
 * another order than they were sent, by their place in the session and by their time.
 * @module
 */
import { setupOf } from "../src/hooks/mod.ts";
import { hookWords } from "../src/hooks/agent_setups.ts";
import { writeCommand } from "../src/hooks/hook_command.ts";

const [program = "", calls = "40", modelMs = "400"] = Deno.args;
const home = await Deno.makeTempDir();
const env = {
  HOME: home,
  KAIZEN_HOME: `${home}/k`,
  PATH: Deno.env.get("PATH") ?? "",
};
const command = writeCommand(
  { program, isBare: false },
  hookWords("claude", setupOf("claude").events[0]?.name ?? ""),
);

async function runHook(line: string, payload: unknown): Promise<void> {
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", line],
    clearEnv: true,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(payload)));
  await writer.close();
  await child.output();
}

function quantile(sorted: readonly number[], share: number): number {
  return Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
}

interface Waited {
  median_ms: number;
  p95_ms: number;
}

async function play(line: string, isAsync: boolean, session: string) {
  const waits: number[] = [];
  const running: Promise<void>[] = [];
  for (let i = 0; i < Number(calls); i++) {
    const payload = (hook_event_name: string) => ({
      session_id: session,
      cwd: home,
      permission_mode: "default",
      hook_event_name,
      tool_name: "Read",
      tool_input: { file_path: `${home}/${i}` },
      tool_use_id: `toolu_${i}`,
    });
    const start = performance.now();
    await runHook(line, payload("PreToolUse"));
    const after = runHook(line, payload("PostToolUse"));
    if (isAsync) running.push(after);
    else await after;
    waits.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, Number(modelMs)));
  }
  await Promise.all(running);
  waits.sort((a, b) => a - b);
  const waited: Waited = {
    median_ms: quantile(waits, 0.5),
    p95_ms: quantile(waits, 0.95),
  };
  return waited;
}

interface StoredEvent {
  ts_ms: number;
  payload: { hook_event_name: string; tool_use_id: string };
}

async function readOrder(session: string) {
  const { stdout } = await new Deno.Command(program, {
    args: ["detail", session, "--workspace", home, "--json"],
    clearEnv: true,
    env,
  }).output();
  const { events }: { events: StoredEvent[] } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  const sent = (event: StoredEvent) =>
    2 * Number(event.payload.tool_use_id.slice(6)) +
    (event.payload.hook_event_name === "PreToolUse" ? 0 : 1);
  const count = (list: StoredEvent[]) =>
    list.filter((event, i) => i > 0 && sent(event) < sent(list[i - 1] ?? event))
      .length;
  return {
    events: events.length,
    out_of_place: count(events),
    out_of_time: count(events.toSorted((a, b) => a.ts_ms - b.ts_ms)),
  };
}

async function runProgram(...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(program, {
    args,
    clearEnv: true,
    env,
  }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed`);
}

await runProgram("daemon", "start", "--background");
const empty = await play("cat >/dev/null", false, "none");
const waiting = await play(command, false, "sync");
const detached = await play(command, true, "async");
console.log(JSON.stringify(
  {
    calls: Number(calls),
    model_ms: Number(modelMs),
    hook_of_cat: empty,
    sync: { ...waiting, ...await readOrder("sync") },
    async: { ...detached, ...await readOrder("async") },
  },
  null,
  1,
));
await runProgram("stop");
await Deno.remove(home, { recursive: true });

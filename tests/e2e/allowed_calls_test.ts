// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Checks what the program does by its system calls: every command is run under strace, in a
 * repository and with an environment that name programs and configuration in every place that may
 * be read.
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  assistantTurn,
  hasRun,
  makeHostilePlace,
  type Place,
} from "./_hostile_place.ts";
import { MCP_GREETING } from "./_mcp.ts";
import { type Home, programCommand, tempHome } from "./harness.ts";
import { hasStrace, readCalls, readPrograms, traced } from "./_strace.ts";

const CALLS = "socket,execve,execveat,open,openat,openat2";
/** Files that a runtime or a package manager reads where it is run. */
const SETTINGS = new Set([
  ".env",
  ".npmrc",
  "deno.json",
  "deno.jsonc",
  "deno.lock",
  "import_map.json",
  "jsr.json",
  "node_modules",
  "package.json",
  "tsconfig.json",
]);
const HOOK = JSON.stringify({
  hook_event_name: "UserPromptSubmit",
  session_id: "s1",
  transcript_path: "/nowhere/s1.jsonl",
  permission_mode: "default",
  prompt: "look at it",
});
const STOP = JSON.stringify({
  hook_event_name: "Stop",
  session_id: "s1",
  transcript_path: "/nowhere/s1.jsonl",
  permission_mode: "default",
  stop_hook_active: false,
});

/** A command of the program, and a text that it prints when it works. */
interface Command {
  words: string[];
  stdin?: string;
  prints?: string;
  /** Its exit code (default: 0). */
  code?: number;
  /** Whether it prints lines until Ctrl-C; its first one is waited for. */
  follows?: boolean;
}

const commands: Command[] = [
  { words: ["ingest", "hook", "--source", "claude"], stdin: HOOK },
  { words: ["ingest", "git", "post-commit"] },
  { words: ["ingest", "git", "post-checkout", "HEAD~1", "HEAD", "1"] },
  { words: ["ingest", "--source", "claude"], stdin: STOP },
  { words: ["spool"], prints: "purge" },
  { words: ["spool", "flush"] },
  { words: ["spool", "status"], prints: "pending" },
  { words: ["spool", "list"] },
  { words: ["spool", "purge", "--yes"] },
  { words: ["status"], prints: '"running":true' },
  { words: ["daemon", "status"], prints: '"running":true' },
  { words: ["daemon"], prints: "restart" },
  { words: ["daemon", "start", "--background"], prints: '"started":false' },
  // Another daemon has the home.
  { words: ["daemon", "run"], code: 73 },
  { words: ["sessions"], prints: '"s1"' },
  { words: ["sessions", "--watch"], prints: '"s1"', follows: true },
  { words: ["sessions", "list"], prints: '"s1"' },
  { words: ["sessions", "show", "s1"], prints: "look at it" },
  { words: ["sessions", "tree", "s1"], prints: "[" },
  { words: ["detail", "s1"], prints: "look at it" },
  { words: ["detail", "s1", "--follow"], prints: "look at it", follows: true },
  { words: ["events"], prints: "look at it" },
  { words: ["events", "--follow"], prints: "HEAD", follows: true },
  { words: ["sessions", "-o", "csv"], prints: "s1" },
  { words: ["grep", "look at"], prints: "look at it" },
  { words: ["usage"], prints: "usage" },
  { words: ["commits"], prints: '"subject":"second"' },
  { words: ["blame", "a"], prints: '"subject":"second"' },
  { words: ["wait", "s1", "--timeout", "20s"], prints: '"idle"' },
  { words: ["wait", "s1", "--exec", "true"], prints: '"idle"' },
  { words: ["mcp"], stdin: MCP_GREETING, prints: "protocolVersion" },
  { words: ["import"], prints: '"new"' },
  // No agent here has hooks, which is a fault.
  { words: ["doctor"], prints: '"disk"', code: 1 },
  { words: ["doctor", "--coverage"], prints: "coverage" },
  { words: ["hooks"], prints: "install" },
  { words: ["hooks", "status"], prints: "claude" },
  { words: ["hooks", "install", "claude", "--yes"] },
  { words: ["hooks", "uninstall", "claude", "--yes"] },
  { words: ["hooks", "plugin", "../plugin"], prints: "hooks.json" },
  {
    words: ["hooks", "install", "git", "--project", "--dry-run"],
    code: 64,
    prints: "core.hooksPath",
  },
  { words: ["store"], prints: "backup" },
  { words: ["store", "stats"], prints: "events" },
  { words: ["store", "prune", "--older-than", "90d", "--yes"] },
  { words: ["store", "backup", "../copy.db"] },
  { words: ["completions", "ids"], prints: "s1" },
  { words: ["completions", "bash"], prints: "kaizen" },
  { words: ["completions", "zsh"], prints: "kaizen" },
  { words: ["completions", "fish"], prints: "kaizen" },
  { words: ["man"], prints: ".TH" },
  { words: ["help", "environment"], prints: "KAIZEN_HOME" },
  { words: ["--version"], prints: "kaizen" },
  { words: ["stop"], prints: '"stopped":true' },
  { words: ["daemon", "stop"], prints: '"was_running":false' },
  { words: ["store", "restore", "../copy.db"] },
  { words: ["daemon", "install"], prints: '"installed":true' },
  { words: ["daemon", "uninstall"], prints: '"installed":false' },
];

/** Commands that start a daemon. */
const starters: Command[] = [
  { words: ["ingest", "hook", "--source", "claude"], stdin: HOOK },
  { words: ["sessions"] },
  { words: ["daemon", "start", "--background"] },
  { words: ["daemon", "restart"] },
];

/** Returns the words of all commands, which the manual page lists. */
async function listCommands(home: Home): Promise<string[]> {
  const { stdout } = await home.run(["man"]);
  return [...stdout.matchAll(/^\.SS kaizen((?: [a-z]+)+)/gm)].map((
    [, words = ""],
  ) => words.trim());
}

/** Runs a command under strace, and returns the text of the trace. */
async function trace(
  home: Home,
  { env, repo }: Place,
  { words, stdin = "", prints = "", code = 0, follows = false }: Command,
): Promise<string> {
  const log = `${home.root}/trace`;
  const process = home.spawn(words, {
    stdin,
    env,
    cwd: repo,
    program: traced(log, CALLS),
  });
  if (follows) {
    await process.nextLine();
    process.signal("SIGINT");
  }
  const result = await process.ended;
  const name = words.join(" ");
  if (follows) assertEquals(result.signal, "SIGINT", name);
  else assertEquals(result.code, code, `${name}: ${result.stderr}`);
  assertStringIncludes(result.stdout, prints, name);
  return await Deno.readTextFile(log);
}

/** Checks a trace: only Unix sockets, no program of others, no settings of the place. */
function check(
  text: string,
  name: string,
  { git, repo, systemctl }: Place,
): string[] {
  const calls = readCalls(text);
  assert(calls.length > 0, name);
  for (const { name: call, args } of calls) {
    if (call === "socket") assertStringIncludes(args, "AF_UNIX", name);
    if (call.startsWith("open")) assert(!isSetting(args, repo), args);
  }
  const programs = readPrograms(calls);
  const [self] = programCommand();
  const isOurs = (path: string) =>
    path === self || /^\/.*\/deno$/.test(path) && !path.startsWith(repo) ||
    /^\/bin\/(?:ba)?sh$/.test(path);
  const isService = /^daemon (?:un)?install$/.test(name);
  const foreign = programs.filter((path) =>
    !isOurs(path) && !(isService && path === systemctl) &&
    !git.some((folder) => path.startsWith(`${folder}/`))
  );
  assertEquals(foreign, [], name);
  return programs;
}

/** Whether an opened path is one of {@linkcode SETTINGS}, in the working directory or above it. */
function isSetting(args: string, repo: string): boolean {
  const path = /"([^"]*)"/.exec(args)?.[1] ?? "";
  const names = path.startsWith("/") ? belowOrAbove(path, repo) : path;
  return names.split("/").some((name) => SETTINGS.has(name));
}

/**
 * The last part of a path in a folder that leads to the repository, and all parts of one in the
 * repository. At the root only root can put a file, which is where the launcher makes the runtime
 * look.
 */
function belowOrAbove(path: string, repo: string): string {
  if (path.startsWith(`${repo}/`)) return path.slice(repo.length + 1);
  const at = path.lastIndexOf("/");
  const isAbove = at > 0 && repo.startsWith(path.slice(0, at + 1));
  return isAbove ? path.slice(at + 1) : "";
}

Deno.test("every command of the program is one of those that are traced", async () => {
  await using home = await tempHome();
  const names = await listCommands(home);
  assert(names.includes("daemon uninstall"), names.join());
  const isPart = (name: string, words: string[]) =>
    `${words.join(" ")} `.startsWith(`${name} `);
  const missing = names.filter((name) =>
    ![...commands, ...starters].some(({ words }) =>
      isPart(name, words) &&
      !names.some((it) => it.startsWith(`${name} `) && isPart(it, words))
    )
  );
  assertEquals(missing, []);
});

Deno.test({
  name:
    "no command opens a network socket, runs a program but git and itself, or obeys the place that it is in",
  ignore: !await hasStrace(),
  async fn() {
    await using home = await tempHome();
    const place = await makeHostilePlace(home);
    const { env, repo } = place;
    await Deno.writeTextFile(
      `${home.root}/user/.claude/projects/-w/${assistantTurn.session}.jsonl`,
      assistantTurn.text,
    );
    const log = `${home.root}/daemon.trace`;
    const program = traced(log, CALLS);
    await using daemon = await home.startDaemon({ env, cwd: repo, program });
    const ran = new Set<string>();
    for (const command of commands) {
      const name = command.words.join(" ");
      const text = await trace(home, place, command);
      for (const program of check(text, name, place)) ran.add(program);
      assertEquals(await hasRun(place), [], name);
    }
    assertEquals((await daemon.ended).code, 0);
    check(await Deno.readTextFile(log), "daemon", place);
    assertEquals(await hasRun(place), [], "daemon");
    assert([...ran].some((path) => path.endsWith("/git")), [...ran].join());
    assertEquals(ran.has(place.systemctl), Deno.build.os === "linux");
    // A program that was meant to be run does leave its mark.
    await new Deno.Command(place.trap, { args: ["x"] }).output();
    assertEquals((await hasRun(place)).length, 1);
  },
});

for (const { words, stdin = "" } of starters) {
  Deno.test({
    name: `${
      words.slice(0, 2).join(" ")
    } starts a daemon by a shell and itself, and neither opens a network socket`,
    ignore: !await hasStrace(),
    async fn() {
      await using home = await tempHome();
      const place = await makeHostilePlace(home);
      const { env, repo: cwd } = place;
      const log = `${home.root}/trace`;
      // It ends when the daemon has, which its trace is of, too.
      const program = traced(log, CALLS);
      const starting = home.spawn(words, { env, cwd, program, stdin });
      try {
        const status = await home.run(["status", "--wait", "20s"]);
        assertEquals(status.code, 0, status.stderr);
        // A command that prints needs the daemon until then.
        if (words[0] !== "ingest") await starting.nextLine();
      } finally {
        await home.run(["stop"]);
      }
      assertEquals((await starting.ended).code, 0);
      const programs = check(
        await Deno.readTextFile(log),
        words.join(" "),
        place,
      );
      assert(programs.some((path) => /^\/bin\/(?:ba)?sh$/.test(path)));
      assertEquals(programs.some((path) => path.endsWith("/git")), false);
      assertEquals(await hasRun(place), []);
    },
  });
}

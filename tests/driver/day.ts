// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A day at two repositories: what people do with their agents, and what happens to them.
 * @module
 */
import { Actor } from "./actor.ts";
import { CLAUDE } from "./claude.ts";
import { CODEX } from "./codex.ts";
import { COPILOT } from "./copilot.ts";
import { cursorDialect } from "./cursor.ts";
import { GEMINI } from "./gemini.ts";
import { Stage } from "./played.ts";
import { VIBE } from "./vibe.ts";

/** The place and time of the day. */
export interface DayOptions {
  /** The two repositories. */
  app: string;
  lib: string;
  /** When it is over: now, for a question afterwards. */
  nowMs: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A day that was played. */
export interface Day extends DayOptions {
  stage: Stage;
}

/** Plays the day. */
export function playDay(options: DayOptions): Day {
  const stage = new Stage(options.nowMs);
  const at = (agoMs: number) => {
    stage.nowMs = options.nowMs - agoMs;
    return stage;
  };
  crash(at(14 * HOUR), options.app);
  longSession(at(3 * HOUR), options.app);
  resumed(at(170 * MINUTE), options.lib);
  codex(at(150 * MINUTE), options.lib);
  cursor(at(120 * MINUTE), options.app);
  vibe(at(100 * MINUTE), options.lib);
  withoutIds(at(90 * MINUTE), options);
  failedTurn(at(20 * MINUTE), options.lib);
  twoAtOnce(at(5 * MINUTE), options.lib);
  waiting(at(4 * MINUTE), options.app);
  stage.hooks.sort((a, b) => a.tsMs - b.tsMs || (a.id < b.id ? -1 : 1));
  return { ...options, stage };
}

/** The machine went down: a call is open, and nothing ever ended it. */
function crash(stage: Stage, folder: string): void {
  const claude = new Actor(stage, CLAUDE, {
    id: "crashed",
    folder,
    model: "claude-sonnet-5",
  });
  claude.start();
  stage.pass(2 * SECOND);
  claude.prompt("build everything");
  stage.pass(SECOND);
  claude.done(claude.call({ want: "read", about: `${folder}/Makefile` }));
  stage.pass(SECOND);
  claude.call({ want: "shell", about: "make all" });
  claude.played.state = "silent";
}

/** Everything that one agent can do in three hours. */
function longSession(stage: Stage, folder: string): void {
  const claude = new Actor(stage, CLAUDE, {
    id: "long",
    folder,
    model: "claude-sonnet-5",
  });
  claude.start();
  stage.pass(3 * SECOND);
  claude.prompt("fix the failing test\nand tell me why it failed");
  parallelReads(claude, folder);
  failAndMend(claude, folder);
  askAndWait(claude);
  commit(stage, folder, "1111111111111111111111111111111111111111", "Fix it");
  subagents(claude, folder);
  compaction(claude, folder);
  background(claude, folder);
}

function parallelReads(claude: Actor, folder: string): void {
  const { stage } = claude;
  stage.pass(4 * SECOND);
  const calls = ["a.ts", "b.ts", "c.ts", "d.ts"].map((name, i) => {
    stage.pass(i);
    return claude.call({ want: "read", about: `${folder}/src/${name}` });
  });
  // The one that began first takes longest.
  for (const call of calls.reverse()) {
    stage.pass(120);
    claude.done(call, { output: "export {}" });
  }
}

function failAndMend(claude: Actor, folder: string): void {
  const { stage } = claude;
  for (let round = 0; round < 4; round++) {
    stage.pass(2 * SECOND);
    const test = claude.call({ want: "shell", about: "deno test" });
    stage.pass(4187);
    if (round < 3) claude.fail(test, 1, "1 failing");
    else claude.done(test, { output: "all passed" });
    stage.pass(SECOND);
    const edit = claude.call({ want: "edit", about: `${folder}/src/a.ts` });
    stage.pass(12);
    claude.done(edit);
  }
}

function askAndWait(claude: Actor): void {
  const { stage } = claude;
  stage.pass(SECOND);
  const push = claude.call({ want: "shell", about: "git push" });
  stage.pass(40);
  claude.ask(push);
  stage.pass(6 * SECOND);
  claude.notice("permission_prompt", "Claude needs your permission");
  stage.pass(54 * SECOND);
  claude.done(push);
  stage.pass(SECOND);
  const remove = claude.call({ want: "shell", about: "rm -r /" });
  stage.pass(30);
  claude.deny(remove, "Blocked by classifier");
  for (let n = 0; n < 6; n++) {
    stage.pass(300);
    const search = claude.call({ want: "search", about: `needle ${n}` });
    stage.pass(50 + n);
    claude.done(search);
  }
  stage.pass(SECOND);
  const question = claude.call({ want: "ask", about: "Which of the two?" });
  stage.pass(20 * SECOND);
  claude.done(question, { output: "The first" });
  stage.pass(SECOND);
  const build = claude.call({ want: "shell", about: "deno task build" });
  stage.pass(9 * SECOND);
  claude.interruptCall(build);
  stage.pass(MINUTE);
  claude.prompt("go on, but without the build");
}

/** Two subagents at once, the second of which starts a third; their results name them. */
function subagents(claude: Actor, folder: string): void {
  const { stage } = claude;
  stage.pass(2 * SECOND);
  const first = claude.call({
    want: "agent",
    about: "look at the server",
    type: "Explore",
  });
  stage.pass(5);
  const second = claude.call({
    want: "agent",
    about: "look at the client",
    type: "Explore",
  });
  stage.pass(20);
  const a = claude.beginAgent(first);
  stage.pass(3);
  const b = claude.beginAgent(second);
  for (let n = 0; n < 5; n++) {
    stage.pass(200);
    const one = claude.call({
      want: "read",
      about: `${folder}/server/${n}.ts`,
      by: a,
    });
    stage.pass(10);
    const other = claude.call({
      want: "read",
      about: `${folder}/client/${n}.ts`,
      by: b,
    });
    stage.pass(80);
    claude.done(other);
    stage.pass(15);
    claude.done(one);
  }
  stage.pass(100);
  const inner = claude.call({
    want: "agent",
    about: "count the lines",
    type: "Plan",
    by: b,
  });
  stage.pass(10);
  const c = claude.beginAgent(inner, "Plan");
  stage.pass(50);
  const count = claude.call({ want: "shell", about: "wc -l src/*.ts", by: c });
  stage.pass(70);
  claude.done(count);
  stage.pass(10);
  claude.stopAgent(c);
  stage.pass(2);
  claude.done(inner, { agent: c });
  stage.pass(30);
  const broken = claude.call({ want: "shell", about: "deno check", by: a });
  stage.pass(900);
  claude.fail(broken, 2, "type error");
  stage.pass(10);
  claude.stopAgent(a);
  stage.pass(2);
  claude.done(first, { agent: a });
  stage.pass(400);
  claude.stopAgent(b);
  stage.pass(2);
  claude.done(second, { agent: b });
}

function compaction(claude: Actor, folder: string): void {
  const { stage } = claude;
  stage.pass(SECOND);
  claude.compact();
  stage.pass(200);
  claude.start("compact");
  stage.pass(SECOND);
  const read = claude.call({ want: "read", about: `${folder}/README.md` });
  stage.pass(7);
  claude.done(read);
}

/** The turn ends while a subagent goes on in the background; what it had open then ends well. */
function background(claude: Actor, folder: string): void {
  const { stage } = claude;
  stage.pass(SECOND);
  const launch = claude.call({
    want: "agent",
    about: "research",
    type: "Explore",
    inBackground: true,
  });
  stage.pass(4);
  const agent = claude.beginAgent(launch, "Explore", true);
  stage.pass(2);
  claude.done(launch, { agent });
  stage.pass(500);
  const make = claude.call({ want: "shell", about: "make docs", by: agent });
  stage.pass(100);
  claude.stop();
  stage.pass(30 * SECOND);
  claude.done(make);
  stage.pass(SECOND);
  const read = claude.call({
    want: "read",
    about: `${folder}/docs/a.md`,
    by: agent,
  });
  stage.pass(9);
  claude.done(read);
  stage.pass(SECOND);
  claude.stopAgent(agent);
  stage.pass(5 * SECOND);
  claude.prompt("thanks");
  stage.pass(3 * SECOND);
  claude.stop();
  stage.pass(MINUTE);
  claude.end();
}

/** A session that went on after its end, and one that went on under another id. */
function resumed(stage: Stage, folder: string): void {
  const model = "claude-opus-4-7";
  const claude = new Actor(stage, CLAUDE, { id: "resumed", folder, model });
  claude.start();
  stage.pass(SECOND);
  claude.prompt("write the changelog");
  stage.pass(SECOND);
  const edit = claude.call({ want: "edit", about: `${folder}/CHANGELOG.md` });
  stage.pass(14);
  claude.done(edit);
  stage.pass(SECOND);
  claude.stop();
  stage.pass(SECOND);
  claude.end();
  commit(
    stage.pass(MINUTE),
    folder,
    "2222222222222222222222222222222222222222",
    "Write the changelog",
  );
  stage.pass(20 * MINUTE);
  claude.start("resume");
  claude.played.endedMs = null;
  stage.pass(2 * SECOND);
  claude.prompt("shorter");
  stage.pass(SECOND);
  const again = claude.call({ want: "edit", about: `${folder}/CHANGELOG.md` });
  stage.pass(11);
  claude.done(again);
  stage.pass(SECOND);
  claude.stop();
  stage.pass(10 * MINUTE);
  const old = new Actor(stage, CLAUDE, { id: "before", folder, model });
  old.start();
  stage.pass(SECOND);
  old.prompt("begin here");
  stage.pass(SECOND);
  old.stop();
  stage.pass(SECOND);
  old.end("resume");
  stage.pass(SECOND);
  const next = new Actor(stage, CLAUDE, { id: "after", folder, model });
  next.start("resume");
  stage.pass(SECOND);
  next.prompt("go on here");
  stage.pass(SECOND);
  next.stop();
}

function codex(stage: Stage, folder: string): void {
  const codex = new Actor(stage, CODEX, {
    id: "codex-1",
    folder,
    model: "gpt-5.5",
  });
  codex.start();
  stage.pass(SECOND);
  codex.prompt("make the tests pass");
  for (const code of [1, 101, 0]) {
    stage.pass(SECOND);
    const test = codex.call({ want: "shell", about: "cargo test" });
    stage.pass(1234);
    if (code === 0) codex.done(test);
    else codex.fail(test, code, "1 failing");
    stage.pass(500);
    const patch = codex.call({ want: "edit", about: `${folder}/src/lib.rs` });
    stage.pass(30);
    codex.done(patch);
  }
  stage.pass(SECOND);
  const push = codex.call({ want: "shell", about: "git push" });
  stage.pass(20);
  codex.ask(push);
  stage.pass(15 * SECOND);
  codex.done(push);
  stage.pass(SECOND);
  const worker = codex.beginAgent(null, "worker");
  stage.pass(300);
  const list = codex.call({ want: "shell", about: "ls", by: worker });
  stage.pass(60);
  codex.done(list);
  stage.pass(100);
  codex.stopAgent(worker);
  stage.pass(SECOND);
  codex.call({ want: "shell", about: "sleep 600" });
  stage.pass(7 * SECOND);
  codex.interrupt();
}

/** Cursor with its tool events, its shell and file events, and Claude Code's hooks, all wired. */
function cursor(stage: Stage, folder: string): void {
  const dialect = cursorDialect({ tools: true, families: true, claudes: true });
  const cursor = new Actor(stage, dialect, {
    id: "cursor-1",
    folder,
    model: "claude-opus-4-7",
  });
  cursor.start();
  stage.pass(SECOND);
  cursor.prompt("run the tests");
  stage.pass(SECOND);
  const test = cursor.call({ want: "shell", about: "npm test" });
  stage.pass(5432);
  cursor.fail(test);
  stage.pass(SECOND);
  const edit = cursor.call({ want: "edit", about: `${folder}/a.ts` });
  stage.pass(40);
  cursor.done(edit);
  stage.pass(SECOND);
  const again = cursor.call({ want: "shell", about: "npm test" });
  stage.pass(4321);
  cursor.done(again);
  stage.pass(SECOND);
  const task = cursor.call({
    want: "agent",
    about: "explore",
    type: "explore",
  });
  stage.pass(20);
  const agent = cursor.beginAgent(task, "explore");
  agent.isTold = true;
  stage.pass(3 * SECOND);
  cursor.stopAgent(agent);
  stage.pass(10);
  cursor.done(task);
  stage.pass(SECOND);
  const denied = cursor.call({ want: "shell", about: "curl example.org" });
  stage.pass(30);
  cursor.deny(denied, "Denied by the user");
  stage.pass(SECOND);
  cursor.stop();
  stage.pass(SECOND);
  cursor.end();
  stage.pass(MINUTE);
  const families = cursorDialect({
    tools: false,
    families: true,
    claudes: false,
  });
  const other = new Actor(stage, families, {
    id: "cursor-2",
    folder,
    model: "gpt-5.5",
  });
  other.prompt("only the shell events are wired");
  stage.pass(SECOND);
  const shell = other.call({ want: "shell", about: "npm run build" });
  stage.pass(1234);
  other.done(shell);
  stage.pass(SECOND);
  other.stop();
}

function vibe(stage: Stage, folder: string): void {
  const parent = new Actor(stage, VIBE, { id: "vibe-1", folder });
  const task = parent.call({ want: "agent", about: "look around" });
  stage.pass(300);
  const child = new Actor(stage, VIBE, {
    id: "vibe-child",
    folder,
    parent: "vibe-1",
  });
  const list = child.call({ want: "shell", about: "ls" });
  stage.pass(42);
  child.done(list);
  stage.pass(100);
  child.stop();
  stage.pass(20);
  parent.done(task);
  stage.pass(200);
  const bad = parent.call({ want: "shell", about: "false" });
  stage.pass(8);
  parent.fail(bad, 1, "exit 1");
  stage.pass(100);
  parent.stop();
}

/** Agents whose calls have no ids: two at once of the same tool, and one twice in a row. */
function withoutIds(stage: Stage, { app, lib }: DayOptions): void {
  const gemini = new Actor(stage, GEMINI, { id: "gemini-1", folder: app });
  gemini.start();
  stage.pass(SECOND);
  gemini.prompt("which files are there?");
  for (let n = 0; n < 2; n++) {
    stage.pass(500);
    const list = gemini.call({ want: "shell", about: "ls -R" });
    stage.pass(90);
    gemini.done(list);
  }
  stage.pass(SECOND);
  gemini.stop();
  stage.pass(SECOND);
  gemini.end();
  stage.pass(MINUTE);
  const copilot = new Actor(stage, COPILOT, { id: "copilot-1", folder: lib });
  copilot.start();
  stage.pass(SECOND);
  copilot.prompt("test both");
  stage.pass(500);
  const one = copilot.call({ want: "shell", about: "npm test -w one" });
  stage.pass(10);
  const two = copilot.call({ want: "shell", about: "npm test -w two" });
  stage.pass(800);
  copilot.done(two);
  stage.pass(700);
  copilot.fail(one, 1, "one is broken");
  stage.pass(SECOND);
  copilot.stop();
}

function failedTurn(stage: Stage, folder: string): void {
  const claude = new Actor(stage, CLAUDE, {
    id: "limited",
    folder,
    model: "claude-sonnet-5",
  });
  claude.start();
  stage.pass(SECOND);
  claude.prompt("do a lot");
  stage.pass(2 * SECOND);
  claude.stopFailure("rate_limit");
}

/** Two subagents run, and nothing tells yet which call started which. */
function twoAtOnce(stage: Stage, folder: string): void {
  const claude = new Actor(stage, CLAUDE, {
    id: "two",
    folder,
    model: "claude-sonnet-5",
  });
  claude.start();
  stage.pass(SECOND);
  claude.prompt("ask two of them");
  stage.pass(SECOND);
  const calls = ["the first half", "the second half"].map((about) => {
    stage.pass(4);
    return claude.call({ want: "agent", about, type: "Explore" });
  });
  const agents = calls.map((call) => {
    stage.pass(10);
    return claude.beginAgent(call);
  });
  for (const [n, by] of agents.entries()) {
    stage.pass(300);
    const read = claude.call({
      want: "read",
      about: `${folder}/half/${n}.ts`,
      by,
    });
    stage.pass(20);
    claude.done(read);
  }
  stage.pass(400);
  claude.call({ want: "shell", about: "deno bench", by: agents[1] ?? null });
}

/** The user is asked for something, and has not answered. */
function waiting(stage: Stage, folder: string): void {
  const claude = new Actor(stage, CLAUDE, {
    id: "waiting",
    folder,
    model: "claude-sonnet-5",
  });
  claude.start();
  stage.pass(SECOND);
  claude.prompt("clean up");
  stage.pass(SECOND);
  const read = claude.call({ want: "read", about: `${folder}/.gitignore` });
  stage.pass(6);
  claude.done(read);
  stage.pass(SECOND);
  const remove = claude.call({ want: "shell", about: "rm -r dist" });
  stage.pass(20);
  claude.ask(remove);
  stage.pass(6 * SECOND);
  claude.notice("permission_prompt", "Claude needs your permission");
}

/** A commit in the repository, as git's hook tells of it. */
export function commit(
  stage: Stage,
  folder: string,
  hash: string,
  subject: string,
): void {
  stage.pass(500);
  stage.run({
    source: "claude",
    folder,
    fields: {
      hook_event_name: "post-commit",
      session_id: `git:${folder}`,
      cwd: folder,
      git: {
        hook: "post-commit",
        args: [],
        commit: hash,
        branch: "main",
        subject,
        files_changed: 1,
        lines_added: 2,
        lines_deleted: 1,
        files: ["src/a.ts"],
        stdin: null,
      },
    },
  });
}

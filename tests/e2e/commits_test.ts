// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Commits of an agent and of a person in one repository, told by the real hooks of git: which
 * session made which, and who wrote a line.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Git, write } from "./_git.ts";
import { fakeDaemon, greetingDaemon } from "./fake_daemon.ts";
import { type Home, tempHome } from "./harness.ts";

/** Plays an agent that runs commands in its shell. */
class Agent {
  #calls = 0;

  constructor(
    readonly home: Home,
    readonly id: string,
    readonly cwd: string,
    readonly env: Record<string, string> = {},
  ) {}

  async tell(event: string, more: Record<string, unknown> = {}): Promise<void> {
    const { code } = await this.home.run(
      ["ingest", "hook", "--source", "claude"],
      {
        stdin: JSON.stringify({
          session_id: this.id,
          transcript_path: `/home/u/.claude/projects/-repo/${this.id}.jsonl`,
          cwd: this.cwd,
          permission_mode: "default",
          hook_event_name: event,
          ...more,
        }),
      },
    );
    assertEquals(code, 0);
  }

  /** Begins a call of the shell. Returns a function that ends it. */
  async open(command: string): Promise<() => Promise<void>> {
    const call = {
      tool_name: "Bash",
      tool_input: { command, description: "Run" },
      tool_use_id: `toolu_${this.id}_${this.#calls++}`,
    };
    await this.tell("PreToolUse", call);
    return () =>
      this.tell("PostToolUse", {
        ...call,
        tool_response: { stdout: "", stderr: "", interrupted: false },
      });
  }
}

/** Commits all changes of a repository; `env` is that of the shell. */
async function commit(
  git: Git,
  repo: string,
  subject: string,
  env: Record<string, string> = {},
): Promise<string> {
  const shell = new Git(git.home, { ...git.env, ...env });
  await shell.commit(repo, subject);
  return (await git.run(repo, "rev-parse", "HEAD")).trim();
}

interface Row {
  commit: string;
  subject: string;
  session_id: string | null;
  sureness: string | null;
  tool_call_id: string | null;
  replaces: string | null;
  replaced_by: string | null;
}

async function list(
  home: Home,
  cwd: string,
  ...words: string[]
): Promise<Row[]> {
  const { stdout, stderr, code } = await home.run(
    ["commits", "-o", "json", ...words],
    { cwd },
  );
  assertEquals([code, stderr], [0, ""]);
  return JSON.parse(stdout).rows;
}

function brief(rows: Row[]): string[] {
  return rows.map(({ subject, session_id, sureness }) =>
    `${subject}: ${session_id} ${sureness}`
  );
}

Deno.test("commits are those of the agent's shell, not those of a person beside it", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const git = new Git(home);
  const repo = await git.init("repo");
  await write(`${repo}/a`);
  await commit(git, repo, "Begin by hand");
  const agent = new Agent(home, "s", repo);
  await agent.tell("UserPromptSubmit", { prompt: "fix the login" });
  const end = await agent.open('git add -A && git commit -m "Fix the login"');
  await write(`${repo}/a`, "1\n");
  await commit(git, repo, "Fix the login");
  await end();
  const looks = await agent.open("git status && git log -3");
  await write(`${repo}/a`, "2\n");
  await commit(git, repo, "Tidy by hand");
  await looks();
  const script = await agent.open("make release");
  await write(`${repo}/b`, "3\n");
  await commit(git, repo, "Release 1.0", { CLAUDECODE: "1" });
  await script();
  await write(`${repo}/b`, "4\n");
  await commit(git, repo, "After hours");
  const rows = await list(home, repo);
  assertEquals(brief(rows), [
    "After hours: null null",
    "Release 1.0: s likely",
    "Tidy by hand: null null",
    "Fix the login: s sure",
    "Begin by hand: null null",
  ]);
  assertEquals(rows[3]?.tool_call_id, "toolu_s_0");
  assertEquals(brief(await list(home, repo, "--session", "s")), [
    "Release 1.0: s likely",
    "Fix the login: s sure",
  ]);
  assertEquals((await list(home, repo, "--limit", "1")).length, 1);
  const text = { env: { KAIZEN_OUTPUT: "text" }, cwd: repo };
  const { stdout } = await home.run(["detail", "s"], text);
  const [, shown = ""] = stdout.split("\nCOMMITS\n");
  assertEquals(
    shown.split("\n\n")[0]?.split("\n").map((line) => line.split(/ {2,}/)[2]),
    ["SUBJECT", "Release 1.0", "Fix the login"],
  );
  for (const words of [["--events"], ["--spans"], ["-o", "json"]]) {
    const { stdout } = await home.run(["detail", "s", ...words], text);
    assertEquals(stdout.includes("COMMITS"), false);
  }
  const elsewhere = await home.run(["commits", "-o", "json"], {
    cwd: home.root,
  });
  assertEquals(JSON.parse(elsewhere.stdout).rows, []);
});

Deno.test("commits follow an amend and a rebase, and stay in their worktree", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const git = new Git(home);
  const repo = await git.init("repo");
  await write(`${repo}/a`);
  await commit(git, repo, "Begin by hand");
  const linked = `${home.root}/linked`;
  await git.run(repo, "worktree", "add", "-q", "-b", "topic", linked);
  const agent = new Agent(home, "s", linked);
  const other = new Agent(home, "t", repo);
  const end = await agent.open("git commit -aqF message");
  const beside = await other.open("git fetch && git commit --dry-run");
  await write(`${linked}/b`, "1\n");
  const first = await commit(git, linked, "Add b");
  await end();
  await beside();
  // A person amends it, then rebases it.
  await git.run(linked, "commit", "-q", "--amend", "-m", "Add b, really");
  const amended = (await git.run(linked, "rev-parse", "HEAD")).trim();
  await write(`${repo}/c`);
  await commit(git, repo, "Add c by hand");
  await git.run(linked, "rebase", "-q", "main");
  const rebased = (await git.run(linked, "rev-parse", "HEAD")).trim();
  const rows = await list(home, repo, "--all-workspaces");
  const of = (id: string) => rows.find(({ commit }) => commit === id);
  assertEquals(of(first)?.session_id, "s");
  assertEquals(of(first)?.replaced_by, amended);
  assertEquals(of(amended)?.session_id, "s");
  assertEquals(of(rebased)?.session_id, "s");
  assertEquals(of(rebased)?.replaces, amended);
  assertEquals(
    brief(rows.filter(({ subject }) => subject === "Add c by hand")),
    ["Add c by hand: null null"],
  );
});

Deno.test("a rebase by an agent leaves each commit with the one who made it", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const git = new Git(home);
  const repo = await git.initSide();
  const shell = { CLAUDECODE: "1" };
  const one = new Agent(home, "one", repo);
  const other = new Agent(home, "other", repo);
  for (const [agent, subject] of [[null, "Hand b"], [one, "Add c"]] as const) {
    const end = await agent?.open(`git commit -qam "${subject}"`);
    await write(`${repo}/${subject.at(-1)}`);
    await commit(git, repo, subject, agent === null ? {} : shell);
    await end?.();
  }
  const fix = await other.open("git commit -q --fixup HEAD");
  await write(`${repo}/c`, "fixed\n");
  await commit(git, repo, "fixup! Add c", shell);
  await fix();
  await git.run(repo, "checkout", "-q", "main");
  await write(`${repo}/d`);
  await commit(git, repo, "Hand d");
  await git.run(repo, "checkout", "-q", "side");
  const end = await other.open("git rebase -i --autosquash main");
  await new Git(home, { ...shell, GIT_SEQUENCE_EDITOR: "true" })
    .run(repo, "rebase", "-q", "-i", "--autosquash", "main");
  await end();
  const rows = await list(home, repo);
  assertEquals(brief(rows.filter(({ replaced_by }) => replaced_by === null)), [
    "Add c: one sure",
    "Hand b: null null",
    "Hand d: null null",
    "base: null null",
  ]);
});

Deno.test("blame names the session and the prompt of a line", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const git = new Git(home);
  const repo = await git.init("repo");
  await write(`${repo}/a b`, "one\ntwo\nthree\n");
  const start = await commit(git, repo, "Begin by hand");
  const agent = new Agent(home, "s", repo);
  await agent.tell("UserPromptSubmit", { prompt: "first things" });
  await agent.tell("UserPromptSubmit", { prompt: "change the second line" });
  const end = await agent.open("git commit -aqF message");
  await write(`${repo}/a b`, "one\nTWO\nthree\n");
  const change = await commit(git, repo, "Change the second line");
  await end();
  await agent.tell("UserPromptSubmit", { prompt: "something else" });
  await write(`${repo}/a b`, "one\nTWO\nthree\nfour\n");
  const run = async (word: string, cwd = repo) => {
    const { stdout, stderr, code } = await home.run(
      ["blame", "-o", "json", word],
      { cwd, env: { PATH: git.env.PATH ?? "" } },
    );
    return { code, stderr, rows: stdout === "" ? [] : JSON.parse(stdout).rows };
  };
  const { rows: [line] } = await run("a b:2");
  assertEquals(
    [
      line.first_line,
      line.last_line,
      line.commit,
      line.session_id,
      line.prompt,
    ],
    [2, 2, change, "s", "change the second line"],
  );
  const { rows } = await run("a b");
  assertEquals(
    rows.map((
      row: Record<string, unknown>,
    ) => [row.first_line, row.last_line, row.commit, row.session_id]),
    [[1, 1, start, null], [2, 2, change, "s"], [3, 3, start, null], [
      4,
      4,
      null,
      null,
    ]],
  );
  // From another repository.
  const other = await git.init("other");
  assertStringIncludes(
    (await run("x", other)).stderr,
    'of "x": the repository has no commit yet',
  );
  for (const path of [`${repo}/a b:2`, "../repo/a b:2"]) {
    const { rows: [line] } = await run(path, other);
    assertEquals([line?.commit, line?.session_id], [change, "s"], path);
  }
  const beyond = await run("a b:99");
  assertEquals(beyond.code, 1);
  assertStringIncludes(beyond.stderr, 'of "a b": it has only 4 lines\n');
  const gone = await run("gone");
  assertEquals(gone.code, 1);
  assertStringIncludes(
    gone.stderr,
    'of "gone": the last commit has no such file\n',
  );
  for (const lines of ["0", "3-2", "x", "1,2", "1-", ""]) {
    const wrong = await run(`a b:${lines}`);
    assertEquals(wrong.code, 64);
    assertMatch(wrong.stderr, /: write FILE:LINE or FILE:FIRST-LAST, counted/);
  }
  for (const word of [".", ".:1", "../repo"]) {
    const folder = await run(word);
    assertEquals(folder.code, 64);
    assertMatch(folder.stderr, /^kaizen: Cannot blame ".+" as it is a folder/);
  }
});

Deno.test("commits as a table, and where there are none", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const git = new Git(home);
  const repo = await git.init("repo");
  const text = { cwd: repo, env: { KAIZEN_OUTPUT: "text" } };
  const none = await home.run(["commits"], text);
  assertEquals([none.code, none.stdout], [0, "(no commits)\n"]);
  const agent = new Agent(home, "s", repo);
  const end = await agent.open("git commit -aqF message");
  await write(`${repo}/a`);
  const id = await commit(git, repo, "Add a file");
  await end();
  const { stdout } = await home.run(["commits"], text);
  const [titles, row] = stdout.split("\n");
  assertEquals(titles?.trim().split(/\s{2,}/), [
    ...["WHEN", "COMMIT", "SUBJECT", "BRANCH", "SESSION", "AGENT", "LINK"],
  ]);
  assertEquals(row?.trim().split(/\s{2,}/).slice(1), [
    ...[id, "Add a file", "main", "s", "claude", "likely"],
  ]);
});

Deno.test("commits and usage say what a daemon is that does not know them", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  await using _fake = greetingDaemon(home.socket);
  const lacks = {
    commits: "does not list commits",
    usage: "does not know usage",
  };
  for (const [command, lack] of Object.entries(lacks)) {
    const { code, stderr } = await home.run([command]);
    assertEquals(code, 6);
    assertStringIncludes(stderr, `This daemon is 0.1.46; it ${lack}`);
  }
});

Deno.test("commits --limit 0 ends at a page that is not full, and holds a limited part of pages without end", async () => {
  const row = {
    commit: "a".repeat(40),
    subject: null,
    branch: null,
    ts_ms: 1_714_000_000_000,
    workspace: "/w",
    session_id: null,
    agent: null,
    tool_call_id: null,
    sureness: null,
    title: null,
    prompt: null,
    cost_usd_e6: null,
    replaces: null,
    replaced_by: null,
  };
  const answers = {
    short: [row],
    full: Array<unknown>(500).fill({ ...row, subject: "x".repeat(100_000) }),
  };
  for (const [name, rows] of Object.entries(answers)) {
    await using home = await tempHome();
    await Deno.mkdir(home.home);
    const page = JSON.stringify({ type: "commits", rows, total: 1e12 });
    await using daemon = fakeDaemon(
      home.socket,
      ({ answer }) => answer(page),
    );
    const { code, stderr } = await home.run(["commits", "--limit", "0"]);
    assertEquals(
      [code, daemon.requests.length],
      name === "short" ? [0, 1] : [
        6,
        3,
      ],
    );
    const held = "Cannot hold an answer of more than 134217728 bytes";
    assertEquals(stderr.includes(held), name === "full");
  }
});

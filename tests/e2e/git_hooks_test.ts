// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Git, installHooks, only, write } from "./_git.ts";
import { tempHome } from "./harness.ts";

Deno.test("the first commit, an amended one, and a file with spaces and letters beyond ASCII", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await git.init("über all");
  await write(`${repo}/ä b.txt`, "1\n2\n3\n");
  await write(`${repo}/data.bin`, "\0");
  await git.commit(repo, "Erste Änderung");
  const first = only(await git.takeEvents(), "post-commit");
  const head = (await git.run(repo, "rev-parse", "HEAD")).trim();
  assertEquals(first, {
    session: `git:${repo}`,
    workspace: repo,
    hook: "post-commit",
    args: [],
    commit: head,
    branch: "main",
    subject: "Erste Änderung",
    files_changed: 2,
    lines_added: 3,
    lines_deleted: 0,
    files: ["data.bin", "ä b.txt"],
    agent: null,
    stdin: null,
  });
  await git.run(repo, "commit", "--amend", "-m", "Besser");
  const events = await git.takeEvents();
  assertEquals(events.map(({ hook }) => hook), ["post-commit", "post-rewrite"]);
  const amended = (await git.run(repo, "rev-parse", "HEAD")).trim();
  const rewrite = only(events, "post-rewrite");
  assertEquals(
    [rewrite.args, rewrite.stdin, rewrite.subject],
    [["amend"], `${head} ${amended}\n`, "Besser"],
  );
});

Deno.test("a commit from a subdirectory, with -a, and of one path, belongs to the top", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await git.init("repo");
  await Deno.mkdir(`${repo}/sub/deep`, { recursive: true });
  await write(`${repo}/sub/deep/a`);
  await write(`${repo}/b`);
  await git.commit(`${repo}/sub`, "one");
  await write(`${repo}/b`, "two\n");
  await git.run(`${repo}/sub/deep`, "commit", "-am", "two");
  await write(`${repo}/b`, "three\n");
  await write(`${repo}/sub/deep/a`, "three\n");
  await git.run(`${repo}/sub`, "commit", "-m", "three", "deep/a");
  const events = await git.takeEvents();
  assertEquals(
    events.map(({ workspace, subject, files }) => [workspace, subject, files]),
    [
      [repo, "one", ["b", "sub/deep/a"]],
      [repo, "two", ["b"]],
      [repo, "three", ["sub/deep/a"]],
    ],
  );
  assertEquals(
    await git.run(repo, "status", "--porcelain"),
    " M b\n",
    "the index is as it was",
  );
});

Deno.test("a linked worktree is a workspace of its own", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await git.init("repo");
  await write(`${repo}/a`);
  await git.commit(repo, "one");
  await git.takeEvents();
  const tree = `${home.root}/tree`;
  await git.run(repo, "worktree", "add", "-q", "-b", "side", tree);
  const checkout = only(await git.takeEvents(), "post-checkout");
  assertEquals([checkout.workspace, checkout.branch, checkout.args[2]], [
    tree,
    "side",
    "1",
  ]);
  assertEquals(checkout.files_changed, null, "it comes from nothing");
  await write(`${tree}/b`);
  await git.commit(tree, "beside");
  const commit = only(await git.takeEvents(), "post-commit");
  assertEquals(
    [commit.workspace, commit.branch, commit.files],
    [tree, "side", ["b"]],
  );
});

Deno.test("dotfiles with --git-dir and --work-tree belong to their work tree", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const dots = await git.init("dots.git", "--bare");
  const tree = `${home.root}/user`;
  await write(`${tree}/.profile`);
  const where = [`--git-dir=${dots}`, `--work-tree=${tree}`];
  await git.run(home.root, ...where, "add", `${tree}/.profile`);
  await git.run(home.root, ...where, "commit", "-m", "dots");
  const commit = only(await git.takeEvents(), "post-commit");
  assertEquals(
    [commit.workspace, commit.subject, commit.files, commit.session],
    [tree, "dots", [".profile"], `git:${tree}`],
  );
});

Deno.test("a bare repository is a workspace, also inside of another one", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await git.init("repo");
  await write(`${repo}/a`);
  await git.commit(repo, "one");
  const bare = `${repo}/bare.git`;
  await git.run(home.root, "clone", "-q", "--bare", repo, bare);
  await git.run(home.root, "init", "-q", "--bare", `${home.root}/far.git`);
  await installHooks(bare);
  await git.takeEvents();
  await git.run(bare, "push", "-q", `${home.root}/far.git`, "main");
  const push = only(await git.takeEvents(), "pre-push");
  const head = (await git.run(repo, "rev-parse", "HEAD")).trim();
  assertEquals([push.workspace, push.subject, push.branch], [
    bare,
    "one",
    "main",
  ]);
  assertEquals(push.args, [`${home.root}/far.git`, `${home.root}/far.git`]);
  assertEquals(
    push.stdin,
    `refs/heads/main ${head} refs/heads/main ${"0".repeat(40)}\n`,
  );
});

Deno.test("a submodule is a workspace of its own", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const inner = await git.init("inner");
  await write(`${inner}/a`);
  await git.commit(inner, "inner one");
  const outer = await git.init("outer");
  await git.run(outer, "submodule", "--quiet", "add", inner, "part");
  await git.commit(outer, "outer one");
  await installHooks(`${outer}/.git/modules/part`);
  await git.takeEvents();
  await write(`${outer}/part/b`);
  await git.commit(`${outer}/part`, "inner two");
  const commit = only(await git.takeEvents(), "post-commit");
  assertEquals(
    [commit.workspace, commit.subject, commit.files],
    [`${outer}/part`, "inner two", ["b"]],
  );
});

Deno.test("a detached head has no branch; a checkout tells what it changed", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await git.init("repo");
  for (const n of [1, 2]) {
    await write(`${repo}/a`, `${n}\n`.repeat(n));
    await git.commit(repo, `commit ${n}`);
  }
  await git.takeEvents();
  await git.run(repo, "checkout", "-q", "HEAD~1");
  const checkout = only(await git.takeEvents(), "post-checkout");
  assertEquals(
    [
      checkout.branch,
      checkout.subject,
      checkout.lines_added,
      checkout.lines_deleted,
    ],
    [null, "commit 1", 1, 2],
  );
  await write(`${repo}/b`);
  await git.commit(repo, "detached");
  const commit = only(await git.takeEvents(), "post-commit");
  assertEquals([commit.branch, commit.subject], [null, "detached"]);
  await git.run(repo, "checkout", "-q", "--", "a");
  const file = only(await git.takeEvents(), "post-checkout");
  assertEquals([file.args[2], file.files_changed], ["0", null]);
});

Deno.test("merges tell what they brought, a squash nothing yet, a solved conflict is a commit", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await git.initSide();
  await write(`${repo}/b`, "1\n2\n");
  await git.commit(repo, "side");
  await git.run(repo, "checkout", "-q", "main");
  await git.takeEvents();
  await git.run(repo, "merge", "-q", "side");
  const forward = only(await git.takeEvents(), "post-merge");
  assertEquals([forward.args, forward.files, forward.lines_added], [["0"], [
    "b",
  ], 2]);
  await git.run(repo, "checkout", "-q", "side");
  await write(`${repo}/c`);
  await git.commit(repo, "more");
  await git.run(repo, "checkout", "-q", "main");
  await git.takeEvents();
  await git.run(repo, "merge", "-q", "--no-ff", "-m", "merged", "side");
  const merge = only(await git.takeEvents(), "post-merge");
  assertEquals([merge.subject, merge.files], ["merged", ["c"]]);
  await git.run(repo, "checkout", "-q", "-b", "squash", "HEAD~1");
  await git.takeEvents();
  await git.run(repo, "merge", "-q", "--squash", "main");
  const squash = only(await git.takeEvents(), "post-merge");
  assertEquals([squash.args, squash.files_changed], [["1"], null]);
  await git.run(repo, "reset", "-q", "--hard", "main");
  await write(`${repo}/a`, "here\n");
  await git.commit(repo, "here");
  await git.run(repo, "checkout", "-q", "side");
  await write(`${repo}/a`, "there\n");
  await git.commit(repo, "there");
  await git.takeEvents();
  await assertRejects(() => git.run(repo, "merge", "-q", "squash"));
  assertEquals(await git.takeEvents(), [], "nothing is merged yet");
  await write(`${repo}/a`, "both\n");
  await git.commit(repo, "solved");
  const solved = only(await git.takeEvents(), "post-commit");
  assertEquals([solved.subject, solved.files], ["solved", ["a"]]);
});

Deno.test("a rebase tells each commit that it replays, and the whole at its end", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await git.initSide();
  for (const n of [1, 2]) {
    await write(`${repo}/side${n}`);
    await git.commit(repo, `side ${n}`);
  }
  await git.run(repo, "checkout", "-q", "main");
  await write(`${repo}/b`);
  await git.commit(repo, "main");
  await git.takeEvents();
  await git.run(repo, "rebase", "-q", "main", "side");
  const events = await git.takeEvents();
  const commits = events.filter(({ hook }) => hook === "post-commit");
  assertEquals(
    commits.map(({ subject, files }) => [subject, files]),
    [["side 1", ["side1"]], ["side 2", ["side2"]]],
  );
  const rewrite = only(events, "post-rewrite");
  assertEquals(rewrite.args, ["rebase"]);
  assertEquals(rewrite.stdin?.trimEnd().split("\n").length, 2);
  assert(events.every(({ workspace }) => workspace === repo));
});

Deno.test("a commit of 10,000 files is told with its counts, and of its files the first", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await git.init("repo");
  const names = Array.from({ length: 10_000 }, (_, n) => `file ${n}`);
  await Promise.all(names.map((name) => write(`${repo}/${name}`)));
  await git.commit(repo, "many");
  const commit = only(await git.takeEvents(), "post-commit");
  assertEquals([commit.subject, commit.branch], ["many", "main"]);
  assertEquals([commit.files_changed, commit.lines_added], [10_000, 10_000]);
  assertEquals(commit.files?.length, 200);
});

Deno.test("git says the same with hooks as without", async () => {
  await using home = await tempHome();
  const said: string[] = [];
  for (const hasHooks of [false, true]) {
    const git = new Git(home, {
      GIT_AUTHOR_DATE: "2026-01-01T00:00:00Z",
      GIT_COMMITTER_DATE: "2026-01-01T00:00:00Z",
    });
    const repo = await git.init("repo");
    if (!hasHooks) await Deno.remove(`${repo}/.git/hooks`, { recursive: true });
    await git.run(home.root, "init", "-q", "--bare", `${home.root}/far.git`);
    await write(`${repo}/a`);
    const words = [
      await git.commit(repo, "one"),
      await git.run(repo, "commit", "--amend", "-m", "two"),
      await git.run(repo, "checkout", "-b", "side"),
      await git.run(repo, "merge", "main"),
      await git.run(repo, "push", `${home.root}/far.git`, "side"),
    ];
    said.push(words.join("\n"));
    await Deno.remove(repo, { recursive: true });
    await Deno.remove(`${home.root}/far.git`, { recursive: true });
  }
  assertEquals(said[1], said[0]);
});

Deno.test("a git hook finds its repository, not git's own variables of another", async () => {
  await using home = await tempHome();
  const repo = await new Git(home).init("repo");
  await write(`${repo}/a`);
  const strange = {
    GIT_TRACE: "1",
    GIT_EXTERNAL_DIFF: "false",
    GIT_PAGER: "false",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "log.showRoot",
    GIT_CONFIG_VALUE_0: "false",
  };
  await new Git(home).run(repo, "config", "log.showSignature", "true");
  await new Git(home).run(repo, "config", "log.excludeDecoration", "*");
  await new Git(home).run(repo, "config", "diff.renames", "copies");
  await new Git(home).run(repo, "config", "color.ui", "always");
  const git = new Git(home, strange);
  await git.commit(repo, "one");
  const commit = only(await git.takeEvents(), "post-commit");
  assertEquals(
    [commit.subject, commit.branch, commit.files],
    ["one", "main", ["a"]],
  );
});

Deno.test("a git hook without git on PATH records what it was told", async () => {
  await using home = await tempHome();
  const { code } = await home.run(
    ["ingest", "git", "post-checkout", "1".repeat(40), "2".repeat(40), "1"],
    { env: { PATH: "/nowhere:/bin", KAIZEN_NO_START: "1" } },
  );
  assertEquals(code, 0);
  const git = new Git(home);
  const { args, commit, files_changed, workspace } = only(
    await git.takeEvents(),
    "post-checkout",
  );
  assertEquals(args, ["1".repeat(40), "2".repeat(40), "1"]);
  assertEquals([commit, files_changed, workspace], [
    null,
    null,
    home.workspace,
  ]);
});

Deno.test("a git hook holds nothing of git open while it starts a daemon, and belongs to the session it is told", async () => {
  await using home = await tempHome();
  const git = new Git(home, { KAIZEN_SESSION: "agent-1" });
  delete git.env.KAIZEN_NO_START;
  const repo = await git.init("über all");
  await write(`${repo}/a`);
  await git.commit(repo, "one"); // returns at the end of git's output only
  await home.run(["daemon", "start", "--background"]);
  await home.run(["spool", "flush"]);
  const { stdout } = await home.run(
    ["detail", "agent-1", "--workspace", repo, "--json"],
  );
  const { events } = JSON.parse(stdout);
  assertEquals(events.length, 1);
  assertEquals([events[0].kind, events[0].payload.git.subject], [
    "Hook",
    "one",
  ]);
  delete git.env.KAIZEN_SESSION;
  await write(`${repo}/a`, "two\n");
  await git.commit(repo, "two");
  await home.run(["spool", "flush"]);
  const own = await home.run(
    ["detail", `git:${repo}`, "--workspace", repo, "--json"],
  );
  const { session } = JSON.parse(own.stdout);
  assertEquals([session.agent, session.status], ["git", "Done"]);
});

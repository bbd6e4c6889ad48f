// SPDX-License-Identifier: AGPL-3.0-or-later
/** Git hooks where something about git, its repository or its surroundings is odd. */
import { assert, assertEquals } from "@std/assert";
import { Git, type GitEvent, only, shellLine, write } from "./_git.ts";
import { type Home, tempHome } from "./harness.ts";

const ZEROS = "0".repeat(40);

/** Runs a hook by hand, in a directory, and takes what it has told. */
async function tell(
  git: Git,
  cwd: string,
  [hook, ...args]: [string, ...string[]],
  env: Record<string, string> = {},
): Promise<GitEvent> {
  const { code, stdout, stderr } = await git.home.run(
    ["ingest", "git", hook, ...args],
    { cwd, env: { ...git.env, ...env } },
  );
  assertEquals([code, stdout, stderr], [0, "", ""]);
  return only(await git.takeEvents(), hook);
}

/** Makes a program called git that stands before the real one on PATH. */
async function fakeGit(home: Home, script: string): Promise<string> {
  await Deno.mkdir(`${home.root}/bin`, { recursive: true });
  await Deno.writeTextFile(`${home.root}/bin/git`, `#!/bin/sh\n${script}\n`, {
    mode: 0o755,
  });
  return `${home.root}/bin:${Deno.env.get("PATH")}`;
}

/** Makes a repository in which a file was changed once. @returns Its path. */
async function twoCommits(git: Git): Promise<string> {
  const repo = await git.init("repo");
  for (const n of [1, 2]) {
    await write(`${repo}/a`, `${n}\n`);
    await git.commit(repo, `${n}`);
  }
  return repo;
}

async function realGit(home: Home): Promise<string> {
  const { stdout } = await new Deno.Command("/bin/sh", {
    args: ["-c", "command -v git"],
    cwd: home.root,
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("a git that hangs is not waited for, also after a script and with children of its own", async () => {
  await using home = await tempHome();
  const git = new Git(home, { KAIZEN_FAULT: "" });
  const repo = await twoCommits(git);
  const head = (await git.run(repo, "rev-parse", "HEAD")).trimEnd();
  await git.takeEvents();
  // Each would last longer than the test has patience.
  const scripts = ["exec sleep 100", "sleep 100; :", "sleep 100 & wait", "yes"];
  for (const script of scripts) {
    const PATH = await fakeGit(home, script);
    const event = await tell(git, repo, ["post-commit"], { PATH });
    assertEquals(
      [event.workspace, event.commit, event.branch, event.subject],
      [repo, head, "main", "2"],
      script,
    );
    assertEquals([event.files_changed, event.files], [null, null], script);
  }
});

Deno.test("a repository with a named pipe in the place of a file keeps no hook waiting", async () => {
  await using home = await tempHome();
  const git = new Git(home, { KAIZEN_FAULT: "" });
  const PATH = await fakeGit(home, "exec sleep 100");
  for (
    const name of [
      ".git",
      ".git/HEAD",
      ".git/commondir",
      ".git/refs/heads/main",
    ]
  ) {
    const repo = await twoCommits(git);
    await git.takeEvents();
    const path = `${repo}/${name}`;
    await Deno.remove(path, { recursive: true }).catch(() => {});
    await new Deno.Command("mkfifo", { args: [path] }).output();
    const event = await tell(git, repo, ["post-commit"], { PATH });
    assertEquals(event.workspace, repo, name);
    await Deno.remove(repo, { recursive: true });
  }
});

Deno.test("a repository whose HEAD is longer than any name has no branch, and its hook an event", async () => {
  await using home = await tempHome();
  const git = new Git(home, { KAIZEN_FAULT: "" });
  const repo = await git.init("repo");
  await write(`${repo}/.git/HEAD`, `ref: refs/heads/${"b".repeat(17 << 20)}\n`);
  const event = await tell(git, repo, ["post-commit"]);
  assertEquals([event.workspace, event.branch], [repo, null]);
});

Deno.test("commit, branch and subject are told without git, in every place that git keeps them", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await twoCommits(git);
  const PATH = await fakeGit(home, "exit 1");
  const told = async (cwd: string, env: Record<string, string> = {}) => {
    await git.takeEvents();
    const event = await tell(git, cwd, ["post-commit"], { PATH, ...env });
    return [event.commit, event.branch, event.subject];
  };
  const head = async (cwd: string) =>
    (await git.run(cwd, "rev-parse", "HEAD")).trimEnd();
  const tree = `${home.root}/tree`;
  await git.run(repo, "worktree", "add", "-q", "-b", "a/side", tree);
  await write(`${tree}/b`);
  await git.commit(tree, "first line\n  and second\n \nno more");
  const side = [await head(tree), "a/side", "first line   and second"];
  assertEquals(await told(tree), side);
  assertEquals(
    await told(tree, { GIT_DIR: `${repo}/.git/worktrees/tree` }),
    side,
  );
  const main = [await head(repo), "main", "2"];
  assertEquals(await told(repo), main);
  assertEquals(await told(`${repo}/.git`, { GIT_DIR: "." }), main);
  await git.run(repo, "pack-refs", "--all");
  assertEquals(await told(repo), main);
  assertEquals(await told(tree), side);
  await git.run(repo, "checkout", "-q", "--detach");
  assertEquals(await told(repo), [await head(repo), null, "2"]);
  const latin = ["-c", "i18n.commitEncoding=latin1", "commit", "--allow-empty"];
  await git.run(repo, ...latin, "-q", "-m", "caf\u00e9");
  const [, , subject] = await told(repo);
  assertEquals(subject, await gitSubject(git, repo));
  await git.run(repo, "gc", "-q");
  assertEquals(await told(repo), [await head(repo), null, null]);
  const unborn = await git.init("unborn");
  assertEquals(await told(unborn), [null, "main", null]);
});

async function gitSubject(git: Git, repo: string): Promise<string> {
  const { stdout } = await new Deno.Command("git", {
    args: ["log", "-1", "--encoding=UTF-8", "--format=%s"],
    cwd: repo,
    clearEnv: true,
    env: git.env,
  }).output();
  return new TextDecoder().decode(stdout).trimEnd();
}

Deno.test("git is told what the committing git was told of where its configuration is", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await twoCommits(git);
  await git.takeEvents();
  const seen = `${home.root}/seen`;
  const PATH = await fakeGit(
    home,
    `env | grep -e ^GIT_CONFIG_ -e ^XDG_ | sort >'${seen}'; exit 1`,
  );
  const config = {
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_GLOBAL: `${home.root}/global`,
    GIT_CONFIG_KEY_0: "safe.directory",
    GIT_CONFIG_KEY_1: "core.fsmonitor",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_PARAMETERS: "'core.quotepath'='false'",
    GIT_CONFIG_SYSTEM: `${home.root}/system`,
    GIT_CONFIG_VALUE_0: "*",
    GIT_CONFIG_VALUE_1: "/bin/false",
    XDG_CONFIG_HOME: `${home.root}/xdg`,
  };
  await tell(git, repo, ["post-commit"], { PATH, ...config });
  assertEquals(
    (await Deno.readTextFile(seen)).trimEnd().split("\n"),
    Object.entries(config).map(([name, value]) => `${name}=${value}`),
  );
  // One more than there are: git itself refuses that, and what it would say is missing.
  const { subject, files } = await tell(git, repo, ["post-commit"], {
    ...config,
    GIT_CONFIG_COUNT: "3",
  });
  assertEquals([subject, files], ["2", null]);
});

Deno.test("no program runs that the environment's configuration names", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await twoCommits(git);
  await git.takeEvents();
  const ran = `${home.root}/ran`;
  const evil = `${home.root}/evil`;
  await Deno.writeTextFile(evil, `#!/bin/sh\necho "$0" >>'${ran}'\n`, {
    mode: 0o755,
  });
  const keys = ["core.fsmonitor", "core.pager", "diff.external", "gpg.program"];
  const pairs = keys.flatMap((key, n) => [
    [`GIT_CONFIG_KEY_${n}`, key],
    [`GIT_CONFIG_VALUE_${n}`, evil],
  ]);
  const env = {
    GIT_CONFIG_COUNT: `${keys.length}`,
    ...Object.fromEntries(pairs),
    GIT_CONFIG_PARAMETERS: keys.map((key) => `'${key}'='${evil}'`).join(" "),
    GIT_EXTERNAL_DIFF: evil,
    GIT_PAGER: evil,
  };
  const { files } = await tell(git, repo, ["post-commit"], env);
  assertEquals(files, ["a"]);
  const names = await Array.fromAsync(Deno.readDir(home.root));
  assertEquals(names.filter(({ name }) => name === "ran"), []);
});

Deno.test("a hook calls git only for what has changed, and hides the index and the objects of the command under way", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await twoCommits(git);
  const ids = (await git.run(repo, "rev-parse", "HEAD~1", "HEAD")).split("\n");
  const [from = "", to = ""] = ids;
  await git.run(repo, "update-ref", "ORIG_HEAD", from);
  await git.takeEvents();
  const calls = `${home.root}/calls`;
  const PATH = await fakeGit(
    home,
    // One write a call, as two run at once.
    `printf '%s\\n' "$(env | grep ^GIT_ | sort | tr '\\n' ' ')" >>'${calls}'
exec '${await realGit(home)}' "$@"`,
  );
  const hooks: [hook: [string, ...string[]], calls: number][] = [
    [["post-commit"], 1],
    [["post-checkout", from, to, "1"], 1],
    [["post-checkout", from, to, "0"], 0],
    [["post-merge", "0"], 1],
    [["post-rewrite", "amend"], 1],
    [["pre-push", "far", "/far.git"], 0],
    [["a-hook-of-tomorrow", "1"], 0],
  ];
  for (const [hook, count] of hooks) {
    await Deno.writeTextFile(calls, "");
    const { commit } = await tell(git, repo, hook, {
      PATH,
      GIT_DIR: `${repo}/.git`,
      GIT_WORK_TREE: repo,
      GIT_INDEX_FILE: `${repo}/.git/next-index-1.lock`,
      GIT_OBJECT_DIRECTORY: "/nowhere",
      GIT_ALTERNATE_OBJECT_DIRECTORIES: "/nowhere",
      GIT_QUARANTINE_PATH: "/nowhere",
      GIT_PREFIX: "sub/",
    });
    assertEquals(commit, to);
    const lines = (await Deno.readTextFile(calls)).split("\n").slice(0, -1);
    assertEquals(lines.length, count, `${hook}: ${lines.join("\n")}`);
    for (const line of lines) {
      assertEquals(line.trim().split(" "), [
        "GIT_ALLOW_PROTOCOL=none",
        `GIT_DIR=${repo}/.git`,
        "GIT_NO_LAZY_FETCH=1",
        "GIT_OPTIONAL_LOCKS=0",
        `GIT_WORK_TREE=${repo}`,
      ]);
    }
  }
});

Deno.test("a branch is named whole, also one with commas and that of a shallow clone", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await twoCommits(git);
  await git.run(repo, "branch", "another");
  await git.run(repo, "tag", "HEAD,x");
  await git.takeEvents();
  for (const branch of ["a,b,", "täg/→", "HEAD->x", "a".repeat(200)]) {
    await git.run(repo, "checkout", "-q", "-b", branch);
    assertEquals(
      only(await git.takeEvents(), "post-checkout").branch,
      branch,
    );
  }
  await git.run(repo, "checkout", "-q", "main");
  const shallow = `${home.root}/shallow`;
  await git.run(
    home.root,
    "clone",
    "-q",
    "--depth=1",
    `file://${repo}`,
    shallow,
  );
  await git.takeEvents();
  const { branch, subject, workspace } = await tell(git, shallow, [
    "post-checkout",
    ZEROS,
    "1".repeat(40),
    "1",
  ]);
  assertEquals([branch, subject, workspace], ["main", "2", shallow]);
});

Deno.test("the configuration of a repository neither changes what is told nor makes it run a program", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await git.init("repo");
  await write(`${repo}/a`);
  await write(`${repo}/.gitattributes`, "* diff=evil filter=evil\n");
  await git.commit(repo, "base");
  await git.run(repo, "checkout", "-q", "-b", "side");
  await write(`${repo}/b`, "1\n2\n");
  await git.commit(repo, "side");
  await git.run(repo, "checkout", "-q", "main");
  await write(`${repo}/a`, "main\n");
  await git.commit(repo, "main");
  await git.run(repo, "merge", "-q", "--no-ff", "-m", "merged", "side");
  await git.takeEvents();
  const ran = `${home.root}/ran`;
  const evil = `${home.root}/evil`;
  await Deno.writeTextFile(evil, `#!/bin/sh\necho "$@" >>'${ran}'\n`, {
    mode: 0o755,
  });
  const programs = [
    "core.fsmonitor",
    "core.pager",
    "pager.log",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.smudge",
    "gpg.program",
    "core.sshCommand",
    "core.askPass",
    "core.editor",
  ].map((name) => [name, evil]);
  const settings = [
    ["alias.log", `!${evil}`],
    ["log.showSignature", "true"],
    ["log.showRoot", "false"],
    ["log.decorate", "false"],
    ["log.follow", "true"],
    ["log.excludeDecoration", "*"],
    ["diff.renames", "copies"],
    ["diff.orderFile", evil],
    ["diff.ignoreSubmodules", "all"],
    ["color.ui", "always"],
    ["column.ui", "always"],
    ["format.pretty", "oneline"],
    ["i18n.logOutputEncoding", "latin1"],
  ];
  const [from = "", to = ""] = (await git.run(
    repo,
    "rev-parse",
    "HEAD~1",
    "HEAD",
  )).split("\n");
  const config = (await git.run(repo, "config", "--list", "--local")).length;
  assert(config > 0);
  const wanted = [
    await tell(git, repo, ["post-commit"]),
    await tell(git, repo, ["post-checkout", from, to, "1"]),
  ];
  assertEquals(
    wanted.map(({ branch, files, lines_added }) => [
      branch,
      files,
      lines_added,
    ]),
    [["main", ["b"], 2], ["main", ["b"], 2]],
  );
  for (const [name = "", value = ""] of [...programs, ...settings]) {
    await git.run(repo, "config", name, value);
  }
  await Deno.remove(ran).catch(() => {}); // git itself may have run one
  for (const how of ["separate", "off", "combined", "remerge"]) {
    await git.run(repo, "config", "log.diffMerges", how);
    assertEquals(
      [
        await tell(git, repo, ["post-commit"]),
        await tell(git, repo, ["post-checkout", from, to, "1"]),
      ],
      wanted,
      how,
    );
  }
  assertEquals(
    (await Array.fromAsync(Deno.readDir(home.root))).some(({ name }) =>
      name === "ran"
    ),
    false,
    "no program ran",
  );
});

Deno.test("what a partial clone lacks is not fetched", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await git.init("repo");
  await git.run(repo, "config", "uploadpack.allowFilter", "true");
  await git.run(repo, "config", "uploadpack.allowAnySHA1InWant", "true");
  for (const n of [1, 2]) {
    await write(`${repo}/a`, `${n}\n`);
    await git.commit(repo, `${n}`);
  }
  await git.takeEvents();
  const far = `file://${repo}`;
  const partial = `${home.root}/partial.git`;
  await git.run(
    home.root,
    "clone",
    "-q",
    "--bare",
    "--filter=blob:none",
    far,
    partial,
  );
  const missing = async () =>
    (await git.run(
      partial,
      "rev-list",
      "--objects",
      "--all",
      "--missing=print",
    )).split("\n").filter((line) => line.startsWith("?"));
  assertEquals((await missing()).length, 2);
  const { subject, files_changed } = await tell(git, partial, ["post-commit"], {
    GIT_DIR: partial,
  });
  assertEquals([subject, files_changed], ["2", null]);
  assertEquals((await missing()).length, 2);
});

Deno.test("hooks write nothing into a repository", async () => {
  await using home = await tempHome();
  const left: string[][] = [];
  for (const hasHooks of [false, true]) {
    const git = new Git(home, {
      GIT_AUTHOR_DATE: "2026-01-01T00:00:00Z",
      GIT_COMMITTER_DATE: "2026-01-01T00:00:00Z",
    });
    const repo = await git.init("repo");
    if (!hasHooks) await Deno.remove(`${repo}/.git/hooks`, { recursive: true });
    await write(`${repo}/a`);
    await git.commit(repo, "one");
    await git.run(repo, "commit", "--amend", "-m", "two");
    await git.run(repo, "checkout", "-q", "-b", "side");
    await write(`${repo}/b`);
    await git.commit(repo, "three");
    await git.run(repo, "rebase", "-q", "main");
    await git.run(repo, "checkout", "-q", "main");
    await git.run(repo, "merge", "-q", "side");
    left.push(await listFiles(repo));
    await Deno.remove(repo, { recursive: true });
  }
  const [without = [], with_ = []] = left;
  const isHook = (path: string) => path.startsWith("/.git/hooks");
  assert(without.includes("/.git/index"));
  assertEquals(with_.filter((path) => !isHook(path)), without);
});

async function listFiles(root: string, folder = ""): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${root}${folder}`)) {
    const path = `${folder}/${name}`;
    if (isDirectory) paths.push(...await listFiles(root, path));
    else paths.push(path);
  }
  return paths.sort();
}

/** Not UTF-8. */
const LATIN = `"$(printf 'caf\\351')"`;

Deno.test({
  name:
    "an agent whose project's path is not UTF-8 is recorded by what else is known",
  ignore: Deno.build.os !== "linux", // others do not allow such a path
  async fn() {
    await using home = await tempHome();
    const { env } = new Git(home);
    const event = '{"session_id":"s","hook_event_name":"Stop","cwd":"/else"}';
    const { code } = await new Deno.Command("/bin/sh", {
      args: [
        "-c",
        `mkdir ${LATIN} && cd ${LATIN} && printf %s '${event}' |
CLAUDE_PROJECT_DIR="$PWD" ${shellLine()} ingest hook --source claude`,
      ],
      cwd: home.workspace,
      clearEnv: true,
      env,
    }).output();
    assertEquals(code, 0);
    const spool = `${home.home}/spool`;
    const files = await Array.fromAsync(Deno.readDir(spool));
    const [name] = files.flatMap(({ name }) => /^v1-/.test(name) ? name : []);
    const { workspace } = JSON.parse(
      await Deno.readTextFile(`${spool}/${name}`),
    );
    assertEquals(workspace, "/else");
  },
});

Deno.test({
  name: "a repository whose path is not UTF-8 is recorded without its name",
  ignore: Deno.build.os !== "linux", // others do not allow such a path
  async fn() {
    await using home = await tempHome();
    const git = new Git(home);
    const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
      args: [
        "-c",
        `repo=${LATIN} && git init -q -b main "$repo" && cd "$repo" &&
git commit -q --allow-empty -m one && ${shellLine()} ingest git post-commit &&
GIT_DIR="$PWD/.git" ${shellLine()} ingest git post-commit`,
      ],
      cwd: home.workspace,
      clearEnv: true,
      env: git.env,
      stdin: "null",
    }).output();
    assertEquals(
      [code, stdout.length, stderr.length],
      [0, 0, 0],
      new TextDecoder().decode(stderr),
    );
    const events = await git.takeEvents();
    assertEquals(
      events.map(({ workspace, subject, branch }) => [
        workspace,
        subject,
        branch,
      ]),
      [["/", "one", "main"], ["/", "one", "main"]],
    );
  },
});

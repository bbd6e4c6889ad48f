// SPDX-License-Identifier: AGPL-3.0-or-later
/** `kaizen hooks` for git and for OpenClaw, whose hooks are no settings. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startCommand } from "./_agent_host.ts";
import { lines } from "./_agent_settings.ts";
import { Git, only, write } from "./_git.ts";
import { type Home, tempHome } from "./harness.ts";
import { isInstalled } from "./_terminal.ts";

async function hooks(home: Home, words: string[], cwd?: string) {
  const result = await home.run(["hooks", ...words, "--json"], {
    cwd,
    env: { PATH: `${home.root}/bin:${Deno.env.get("PATH")}` },
  });
  return { ...result, json: JSON.parse(result.stdout || "null") };
}

/** Makes a repository without any hook. */
async function initBare(git: Git, home: Home): Promise<string> {
  const repo = await git.init("repo");
  await Deno.remove(`${repo}/.git/hooks`, { recursive: true });
  await write(`${home.root}/repo/a`);
  return repo;
}

async function listHooks(repo: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name } of Deno.readDir(`${repo}/.git/hooks`)) {
    const path = `${repo}/.git/hooks/${name}`;
    const { mode } = await Deno.stat(path);
    found[name] = `${mode} ${await Deno.readTextFile(path)}`;
  }
  return found;
}

Deno.test("hooks install git --project records, runs the hooks that were there, and goes without a trace", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await initBare(git, home);
  const folder = `${repo}/.git/hooks`;
  await Deno.mkdir(folder);
  const old = (name: string, code: number) =>
    Deno.writeTextFile(
      `${folder}/${name}`,
      `#!/bin/sh\necho "$0 $* $(cat)" >>'${home.root}/old'\nexit ${code}\n`,
      { mode: 0o755 },
    );
  await old("post-commit", 0);
  await old("pre-push", 1);
  await Deno.writeTextFile(`${folder}/post-merge`, "not executable", {
    mode: 0o644,
  });
  const before = await listHooks(repo);

  const { code, json } = await hooks(
    home,
    ["install", "git", "--project", "--yes"],
    repo,
  );
  assertEquals([code, json.failures], [0, []]);
  const again = await hooks(
    home,
    ["install", "git", "--project", "--yes"],
    repo,
  );
  assertEquals(again.json.changes, []);
  const status = await hooks(home, ["status", "git", "--project"], repo);
  assertEquals(status.json.hooks[0].missing, []);

  await git.commit(repo, "one");
  const commit = only(await git.takeEvents(), "post-commit");
  assertEquals([commit.subject, commit.workspace], ["one", repo]);
  assertMatch(
    await Deno.readTextFile(`${home.root}/old`),
    /post-commit\.before-kaizen {2}\n/,
  );
  await git.run(repo, "commit", "-q", "--amend", "-m", "better");
  const rewrite = only(await git.takeEvents(), "post-rewrite");
  assertMatch(rewrite.stdin ?? "", new RegExp(`^${commit.commit} \\w+\n$`));
  const far = `${home.root}/far.git`;
  await git.run(home.root, "init", "-q", "--bare", far);
  const push = new Deno.Command("git", {
    args: ["push", "-q", far, "main"],
    cwd: repo,
    clearEnv: true,
    env: git.env,
    stdin: "null",
  });
  assertEquals((await push.output()).code, 1, "the old hook decides");
  assertEquals(
    only(await git.takeEvents(), "pre-push").stdin?.split(" ")[0],
    "refs/heads/main",
  );
  assertMatch(
    await Deno.readTextFile(`${home.root}/old`),
    /pre-push\.before-kaizen \S*far\.git \S*far\.git refs\/heads\/main /,
  );

  const undone = await hooks(
    home,
    ["uninstall", "git", "--project", "--yes"],
    repo,
  );
  assertEquals([undone.code, undone.json.failures], [0, []]);
  assertEquals(await listHooks(repo), before);
});

Deno.test("hooks uninstall git --project finds its scripts without the journal", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await initBare(git, home);
  await Deno.mkdir(`${repo}/.git/hooks`);
  await Deno.writeTextFile(`${repo}/.git/hooks/pre-push`, "#!/bin/sh\n", {
    mode: 0o755,
  });
  const before = await listHooks(repo);
  await hooks(home, ["install", "git", "--project", "--yes"], repo);
  await Deno.remove(home.home, { recursive: true });
  await hooks(home, ["uninstall", "git", "--project", "--yes"], repo);
  assertEquals(await listHooks(repo), before);
});

Deno.test("a hook of the user's that holds our script as a text is not ours", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await initBare(git, home);
  const words = (word: string) => [word, "git", "--project", "--yes"];
  await hooks(home, words("install"), repo);
  const path = `${repo}/.git/hooks/pre-push`;
  const script = await Deno.readTextFile(path);
  await hooks(home, words("uninstall"), repo);
  await Deno.mkdir(`${repo}/.git/hooks`, { recursive: true });
  const text = `#!/bin/sh\ncat >copy <<'END'\n${script}END\n`;
  await Deno.writeTextFile(path, text, { mode: 0o755 });
  const before = await listHooks(repo);
  await hooks(home, words("uninstall"), repo);
  assertEquals(await listHooks(repo), before);
  const { json } = await hooks(home, words("install"), repo);
  assertEquals(json.changes.length, 6);
  assertEquals(await Deno.readTextFile(`${path}.before-kaizen`), text);
  await Deno.remove(home.home, { recursive: true });
  await hooks(home, words("uninstall"), repo);
  assertEquals(await listHooks(repo), before);
});

Deno.test("the hooks of git let git go on if kaizen is gone, or an argument is not UTF-8", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await initBare(git, home);
  const program = `${home.root}/kaizen`;
  await Deno.writeTextFile(program, "#!/bin/sh\nexit 2\n", { mode: 0o755 });
  await hooks(
    home,
    ["install", "git", "--project", "--yes", "--program", program],
    repo,
  );
  await Deno.remove(program);
  await git.commit(repo, "one");
  const far = `${home.root}/far.git`;
  await git.run(home.root, "init", "-q", "--bare", far);
  await git.run(repo, "push", "-q", far, "main");
  await hooks(home, ["install", "git", "--project", "--yes"], repo);
  const odd = `'${repo}/.git/hooks/pre-push' "$(printf 'a\\377b')" url`;
  const { report } = startCommand(["/bin/sh", "-c", odd], home, {
    writes: ["refs/heads/main 1 refs/heads/main 0\n"],
  });
  assertEquals(await report, { code: 0, output: "", writeError: null });
});

const managed: [
  name: string,
  hook: string | null,
  config: string | null,
  RegExp,
][] = [
  ["husky", null, ".husky/_", /husky manages these hooks: add the line/],
  [
    "lefthook",
    '#!/bin/sh\nif [ "$LEFTHOOK" = "0" ]; then exit 0; fi\n',
    null,
    /lefthook manages these hooks/,
  ],
  [
    "pre-commit",
    "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n",
    null,
    /pre-commit manages these hooks/,
  ],
  ["a shared folder", null, "/nowhere/hooks", /core\.hooksPath/],
];
for (const [name, hook, config, words] of managed) {
  Deno.test(`hooks install git --project tells what to add under ${name}, and writes nothing`, async () => {
    await using home = await tempHome();
    const git = new Git(home);
    const repo = await initBare(git, home);
    if (config !== null) {
      await git.run(repo, "config", "core.hooksPath", config);
    }
    if (hook !== null) {
      await Deno.mkdir(`${repo}/.git/hooks`);
      await Deno.writeTextFile(`${repo}/.git/hooks/post-commit`, hook);
    }
    const { code, stderr } = await hooks(
      home,
      ["install", "git", "--project", "--yes"],
      repo,
    );
    assertEquals(code, 64);
    assertMatch(stderr.replaceAll(/\s+/g, " "), words);
    const left = hook === null ? 0 : 1;
    if (left === 1) {
      assertEquals(Object.keys(await listHooks(repo)), ["post-commit"]);
    }
  });
}

const links: [name: string, link: (git: string, elsewhere: string) => void][] =
  [
    ["a hook", (git, elsewhere) => {
      Deno.mkdirSync(`${git}/hooks`);
      Deno.symlinkSync(`${elsewhere}/run`, `${git}/hooks/post-commit`);
    }],
    ["a hook that is not there yet", (git, elsewhere) => {
      Deno.mkdirSync(`${git}/hooks`);
      Deno.symlinkSync(`${elsewhere}/new`, `${git}/hooks/pre-push`);
    }],
    ["the folder of hooks", (git, elsewhere) => {
      Deno.symlinkSync(elsewhere, `${git}/hooks`);
    }],
  ];
for (const [name, link] of links) {
  Deno.test(`hooks install git --project writes to no other place through ${name} that is a link`, async () => {
    await using home = await tempHome();
    const repo = await initBare(new Git(home), home);
    const elsewhere = `${home.root}/elsewhere`;
    await Deno.mkdir(elsewhere);
    await Deno.writeTextFile(`${elsewhere}/run`, "#!/bin/sh\n", {
      mode: 0o600,
    });
    link(`${repo}/.git`, elsewhere);
    const words = ["install", "git", "--project", "--yes"];
    const { code, stderr } = await hooks(home, words, repo);
    assertEquals(code, 64);
    assertMatch(stderr.replaceAll(/\s+/g, " "), /leads to "[^"]*elsewhere/);
    const left = await Array.fromAsync(Deno.readDir(elsewhere));
    assertEquals(left.map((it) => it.name), ["run"]);
    const { mode } = await Deno.stat(`${elsewhere}/run`);
    assertEquals((mode ?? 0) & 0o777, 0o600);
  });
}

for (const isNew of [false, true]) {
  Deno.test(
    `hooks status, doctor and commits know hooks of the user's own that run kaizen, with ${
      isNew ? "a git from 2.54 on" : "an older git"
    }`,
    async () => {
      await using home = await tempHome();
      await using _daemon = await home.startDaemon();
      if (isNew) await pretendNewGit(home);
      const git = new Git(home);
      const repo = await initBare(git, home);
      const look = async () => {
        const { json } = await hooks(home, ["status", "git"], repo);
        const [{ path, events, others }] = json.hooks;
        const run = {
          cwd: repo,
          env: { PATH: `${home.root}/bin:${Deno.env.get("PATH")}` },
        };
        const text = async (...words: string[]) => {
          const { stdout, stderr } = await home.run(
            [...words, "-o", "text"],
            run,
          );
          return (stdout + stderr).replaceAll(/\s+/g, " ");
        };
        return {
          path,
          events,
          others,
          table: await text("hooks", "status", "git"),
          commits: await text("commits"),
          doctor: await text("doctor", "--quick"),
        };
      };
      const place = isNew ? ".git/config" : ".git/hooks";
      const install = `kaizen hooks install git${isNew ? "" : " --project"}`;
      const none = await look();
      assertEquals(
        none.path,
        isNew ? `${repo}/.git/config` : `${repo}/${place}`,
      );
      assertMatch(none.table, / git none /);
      assertMatch(
        none.commits,
        new RegExp(
          `git: has no hooks in \\S+${place}, so its commits are not recorded: ${install} $`,
        ),
      );

      const shared = `${home.root}/shared`;
      await Deno.mkdir(shared);
      const line = '#!/bin/sh\nkaizen ingest git post-commit "$@"\n';
      await Deno.writeTextFile(`${shared}/post-commit`, line, { mode: 0o755 });
      await git.run(repo, "config", "--global", "core.hooksPath", shared);
      const own = await look();
      assertEquals([own.path, own.events, own.others], [
        shared,
        [],
        ["post-commit"],
      ]);
      assertMatch(own.table, / git your own /);
      for (const told of [own.commits, own.doctor]) {
        assertMatch(
          told,
          /git: git runs the hooks in "\S+shared" .* run kaizen/,
        );
        assertEquals(told.includes("hooks install git"), false);
      }

      await git.run(repo, "config", "--global", "--unset", "core.hooksPath");
      const project = ["install", "git", "--project", "--yes"];
      assertEquals((await hooks(home, project, repo)).code, 0);
      const ours = await look();
      assertEquals([ours.path, ours.events.length], [`${repo}/${place}`, 5]);
      assertMatch(ours.table, / git 5 of 5 /);
      assertMatch(
        ours.commits,
        /git: hooks for 5 events in \S+; earlier commits/,
      );
    },
  );
}

Deno.test("a git that hangs on a named pipe in the place of its configuration is not waited for", async () => {
  await using home = await tempHome();
  const repo = await initBare(new Git(home), home);
  await Deno.remove(`${repo}/.git/config`);
  await new Deno.Command("mkfifo", { args: [`${repo}/.git/config`] }).output();
  const [install, status, doctor] = await Promise.all([
    hooks(home, ["install", "git", "--project", "--yes"], repo),
    hooks(home, ["status", "git", "--project"], repo),
    home.run(["doctor", "-o", "text"], { cwd: repo }),
  ]);
  assertEquals([install.code, status.code, doctor.code], [74, 0, 1]);
  for (const text of [install.stderr, status.stdout, doctor.stdout]) {
    assertMatch(text.replaceAll(/\s+/g, " "), /git did not answer within/);
  }
});

/** Puts a git on PATH that says it is 2.54 and is the real one otherwise. */
async function pretendNewGit(home: Home): Promise<void> {
  const found = await new Deno.Command("sh", {
    args: ["-c", "command -v git"],
  }).output();
  const real = new TextDecoder().decode(found.stdout).trim();
  await Deno.mkdir(`${home.root}/bin`);
  await Deno.writeTextFile(
    `${home.root}/bin/git`,
    `#!/bin/sh\ncase " $* " in *" --version "*) echo git version 2.54.0; exit ;; esac\nexec '${real}' "$@"\n`,
    { mode: 0o755 },
  );
}

/** Runs a command of git's configuration as git 2.54 does. */
async function runConfigHook(
  home: Home,
  git: Git,
  file: string,
  hook: string,
  words: string[],
): Promise<void> {
  const [, command = ""] = (await git.run(
    home.root,
    "config",
    "-f",
    file,
    `hook.kaizen-${hook}.command`,
  ))
    .match(/^([^]*)\n$/) ?? [];
  const event = await git.run(
    home.root,
    "config",
    "-f",
    file,
    `hook.kaizen-${hook}.event`,
  );
  assertEquals(event, `${hook}\n`);
  const { report } = startCommand(
    ["/bin/sh", "-c", `${command} "$@"`, command, ...words],
    home,
    { env: { KAIZEN_FAULT: "patient git" } },
  );
  assertEquals(await report, { code: 0, output: "", writeError: null });
}

const configs: [name: string, text: string | null][] = [
  ["no configuration", null],
  ["an empty configuration", ""],
  ["a full configuration", "# mine\n[user]\n\tname = A # no\n[alias]\n  x = y"],
  [
    "our marks in a value",
    '[alias]\n\tx = "!\\\n# kaizen: begin, until the line that says end\\\ny\\\n# kaizen: end\\\n"\n',
  ],
];
for (const [name, before] of configs) {
  Deno.test(`hooks install git writes config hooks from git 2.54 on, and goes without a trace: ${name}`, async () => {
    await using home = await tempHome();
    await pretendNewGit(home);
    const git = new Git(home);
    const file = `${home.root}/user/.gitconfig`;
    if (before !== null) await Deno.writeTextFile(file, before);
    const install = ["install", "git", "--yes"];
    const { code, json } = await hooks(home, install);
    assertEquals([code, json.failures], [0, []]);
    assertEquals((await hooks(home, install)).json.changes, []);
    const [row] = (await hooks(home, ["status", "git"])).json.hooks;
    assertEquals([row.path, row.missing], [file, []]);
    await git.run(home.root, "init", "-q", home.workspace);
    await write(`${home.workspace}/a`);
    await git.commit(home.workspace, "one");
    await runConfigHook(home, git, file, "post-commit", []);
    await runConfigHook(home, git, file, "post-checkout", ["0", "1", "1"]);
    const events = await git.takeEvents();
    assertEquals(only(events, "post-commit").subject, "one");
    assertEquals(only(events, "post-checkout").args, ["0", "1", "1"]);
    assertEquals((await hooks(home, ["uninstall", "--yes"])).code, 0);
    if (before === null) {
      assertEquals(
        await listNames(`${home.root}/user`),
        [],
      );
    } else assertEquals(await Deno.readTextFile(file), before);
  });
}

Deno.test("hooks install git refuses a configuration that git cannot read", async () => {
  await using home = await tempHome();
  await pretendNewGit(home);
  const file = `${home.root}/user/.gitconfig`;
  await Deno.writeTextFile(file, "[user\n");
  const { code, stderr } = await hooks(home, ["install", "git", "--yes"]);
  assertEquals(code, 74);
  assertMatch(stderr, /git cannot read it: fatal: bad config/);
  assertEquals(await Deno.readTextFile(file), "[user\n");
});

Deno.test("hooks install git says from which version on it works for all repositories", async () => {
  await using home = await tempHome();
  await Deno.mkdir(`${home.root}/bin`);
  await Deno.writeTextFile(
    `${home.root}/bin/git`,
    "#!/bin/sh\necho git version 2.39.5\n",
    { mode: 0o755 },
  );
  const { code, stderr } = await hooks(home, ["install", "git", "--yes"]);
  assertEquals(code, 64);
  assertMatch(
    stderr.replaceAll(/\s+/g, " "),
    /2\.54 .* hooks install git --project/,
  );
});

Deno.test({
  name:
    "hooks install openclaw writes a hook that passes events on, in node, and waits for nothing",
  ignore: !isInstalled("node"),
  async fn() {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    const folder = `${home.root}/user/.openclaw/hooks`;
    const theirs = `${folder}/kaizen-events/handler.ts`;
    await Deno.mkdir(`${folder}/kaizen-events`, { recursive: true });
    const reference =
      'spawn("kaizen", ["ingest", "hook", "--source", "openclaw"], {});\n';
    await Deno.writeTextFile(theirs, reference);
    const status = await hooks(home, ["status", "openclaw"]);
    assertEquals(status.json.hooks[0].others, ["handler.ts"]);
    const { code, json } = await hooks(home, ["install", "openclaw", "--yes"]);
    assertEquals([code, json.changes.length], [0, 3]);
    assertEquals(
      (await hooks(home, ["install", "openclaw", "--yes"])).json.changes,
      [],
    );
    const note = await Deno.readTextFile(`${folder}/kaizen/HOOK.md`);
    const [, metadata = ""] = /^metadata: (.*)$/m.exec(note) ?? [];
    assertEquals(JSON.parse(metadata).openclaw.events, [
      "command",
      "message",
      "session",
    ]);
    await Deno.copyFile(
      `${folder}/kaizen/handler.ts`,
      `${home.root}/handler.mjs`,
    );
    const samples = lines.filter(({ agent }) => agent === "openclaw")
      .map(({ payload }) => payload);
    await Deno.writeTextFile(
      `${home.root}/gateway.mjs`,
      `import handle from "./handler.mjs";
const circle = {};
circle.circle = circle;
await handle({ context: circle });
for (const event of ${JSON.stringify(samples)}) {
  event.timestamp = new Date(event.timestamp);
  await handle(event);
}
`,
    );
    const { report } = startCommand(
      ["/usr/bin/env", "node", `${home.root}/gateway.mjs`],
      home,
    );
    assertEquals(await report, { code: 0, output: "", writeError: null });
    await home.run(["spool", "flush"]);
    assert(await countStoredOf(home) >= samples.length);
    await hooks(home, ["uninstall", "openclaw", "--yes"]);
    assertEquals(await Deno.readTextFile(theirs), reference);
    assertEquals(await listNames(folder), [
      "kaizen-events",
    ]);
  },
});

async function listNames(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
}

async function countStoredOf(home: Home): Promise<number> {
  const { stdout } = await home.run(["store", "stats", "--json"]);
  return JSON.parse(stdout).events;
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Our git hook inside the managers of hooks that are installed here: on PATH, or in the folders that `KAIZEN_TEST_MANAGERS`
 * lists as PATH does (`npm install husky lefthook`, `pip install pre-commit`).
 */
import { assertEquals } from "@std/assert";
import { Git, only, shellLine, write } from "./_git.ts";
import { tempHome } from "./harness.ts";

const PATH = [Deno.env.get("KAIZEN_TEST_MANAGERS"), Deno.env.get("PATH")]
  .filter((part) => part !== undefined).join(":");

function isInstalled(program: string): boolean {
  return PATH.split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}

async function runProgram(
  program: string,
  args: string[],
  cwd: string,
  git: Git,
): Promise<void> {
  const command = new Deno.Command(program, {
    args,
    cwd,
    clearEnv: true,
    env: git.env,
    stdin: "null",
  });
  const { code, stderr } = await command.output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
}

/** How each manager is told of our hooks. */
const managers: Record<string, (repo: string, git: Git) => Promise<void>> = {
  async husky(repo, git) {
    await runProgram("husky", [], repo, git);
    for (const hook of ["post-commit", "pre-push"]) {
      await write(
        `${repo}/.husky/${hook}`,
        `${shellLine()} ingest git ${hook} "$@"\n`,
      );
    }
  },
  async lefthook(repo, git) {
    await write(
      `${repo}/lefthook.yml`,
      `post-commit:
  commands:
    kaizen:
      run: >-
        ${shellLine()} ingest git post-commit
pre-push:
  commands:
    kaizen:
      run: >-
        ${shellLine()} ingest git pre-push {1} {2}
      use_stdin: true
`,
    );
    await runProgram("lefthook", ["install"], repo, git);
  },
  async "pre-commit"(repo, git) {
    await write(
      `${repo}/.pre-commit-config.yaml`,
      `default_install_hook_types: [post-commit]
repos:
- repo: local
  hooks:
  - id: kaizen
    name: kaizen
    language: system
    entry: >-
      ${shellLine()} ingest git post-commit
    stages: [post-commit]
    always_run: true
    pass_filenames: false
`,
    );
    await runProgram("pre-commit", ["install"], repo, git);
  },
};

for (const [program, install] of Object.entries(managers)) {
  Deno.test({
    name: `our git hook works under ${program}`,
    ignore: !isInstalled(program),
    async fn() {
      await using home = await tempHome();
      const git = new Git(home, { PATH, HUSKY: "1" });
      const repo = await git.init("repo");
      await Deno.remove(`${repo}/.git/hooks`, { recursive: true });
      await install(repo, git);
      await git.run(home.root, "init", "-q", "--bare", `${home.root}/far.git`);
      await git.commit(repo, "one");
      const commit = only(await git.takeEvents(), "post-commit");
      assertEquals(
        [commit.workspace, commit.subject, commit.branch],
        [repo, "one", "main"],
      );
      await git.run(repo, "push", "-q", `${home.root}/far.git`, "main");
      if (program === "pre-commit") return; // it keeps stdin to itself
      const push = only(await git.takeEvents(), "pre-push");
      assertEquals(push.args[1], `${home.root}/far.git`);
      assertEquals(push.stdin?.split(" ")[0], "refs/heads/main");
    },
  });
}

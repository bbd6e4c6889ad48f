// SPDX-License-Identifier: AGPL-3.0-or-later
/** Our git hooks inside the managers of hooks, set up as docs/hooks.md says. */
import { assertEquals } from "@std/assert";
import { Git, only, shellLine, write } from "./_git.ts";
import { tempHome } from "./harness.ts";
import { findManagers } from "./_managers.ts";

const managers = await findManagers();

/** A manager, told of our hooks. */
interface Manager {
  /** Makes a repository of git's commands run our hooks. */
  install(repo: string, git: Git): Promise<void>;
  /** Whether our hook gets git's arguments and stdin. */
  passesOn: boolean;
}

async function runManager(
  program: string,
  args: string[],
  repo: string,
  git: Git,
): Promise<void> {
  const { code, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", 'exec "$0" "$@"', program, ...args], // with the PATH of the tests
    cwd: repo,
    clearEnv: true,
    env: git.env,
    stdin: "null",
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
}

const HOOKS = [
  "post-commit",
  "post-checkout",
  "post-merge",
  "post-rewrite",
  "pre-push",
];

const known: Record<string, Manager> = {
  husky: {
    passesOn: true,
    async install(repo, git) {
      await runManager("husky", [], repo, git);
      for (const hook of HOOKS) {
        await write(
          `${repo}/.husky/${hook}`,
          `${shellLine()} ingest git ${hook} "$@"\n`,
        );
      }
    },
  },
  lefthook: {
    passesOn: true,
    async install(repo, git) {
      const hooks = HOOKS.map((hook) =>
        `${hook}:
  commands:
    kaizen:
      run: >-
        ${shellLine()} ingest git ${hook} {0}
      use_stdin: ${hook === "pre-push" || hook === "post-rewrite"}
`
      );
      await write(`${repo}/lefthook.yml`, hooks.join(""));
      await runManager("lefthook", ["install"], repo, git);
    },
  },
  "pre-commit": {
    passesOn: false,
    async install(repo, git) {
      const hooks = HOOKS.map((hook) =>
        `  - id: kaizen-${hook}
    name: kaizen
    language: system
    entry: >-
      ${shellLine()} ingest git ${hook}
    stages: [${hook}]
    always_run: true
    pass_filenames: false
`
      );
      await write(
        `${repo}/.pre-commit-config.yaml`,
        `default_install_hook_types: [${HOOKS.join(", ")}]
repos:
- repo: local
  hooks:
${hooks.join("")}`,
      );
      await runManager("pre-commit", ["install"], repo, git);
    },
  },
};

/** The part of its environment that hooks under a manager see. */
function managerEnv(): Record<string, string> {
  const { path, pythonPath } = managers;
  return {
    PATH: path,
    HUSKY: "1",
    ...pythonPath !== null && { PYTHONPATH: pythonPath },
  };
}

for (const [program, { install, passesOn }] of Object.entries(known)) {
  const missing = managers.missing(program);
  Deno.test({
    name: `our git hooks work under ${program}${
      missing === null ? "" : ` (${missing})`
    }`,
    ignore: missing !== null,
    async fn() {
      await using home = await tempHome();
      const git = new Git(home, managerEnv());
      const repo = await git.init("repo");
      await Deno.remove(`${repo}/.git/hooks`, { recursive: true });
      await install(repo, git);
      const far = `${home.root}/far.git`;
      await git.run(home.root, "init", "-q", "--bare", far);

      await git.commit(repo, "one");
      const commit = only(await git.takeEvents(), "post-commit");
      const old = commit.commit;
      assertEquals(
        [commit.workspace, commit.subject, commit.branch, commit.args],
        [repo, "one", "main", []],
      );
      await git.run(repo, "commit", "-q", "--amend", "-m", "better");
      const rewrite = only(await git.takeEvents(), "post-rewrite");
      assertEquals([rewrite.subject, rewrite.files], ["better", commit.files]);
      await git.run(repo, "checkout", "-q", "-b", "side");
      const checkout = only(await git.takeEvents(), "post-checkout");
      assertEquals([checkout.branch, checkout.commit], [
        "side",
        rewrite.commit,
      ]);
      await write(`${repo}/b`);
      await git.commit(repo, "two");
      await git.run(repo, "checkout", "-q", "main");
      await git.takeEvents();
      await git.run(repo, "merge", "-q", "side");
      const merge = only(await git.takeEvents(), "post-merge");
      assertEquals([merge.subject, merge.files], ["two", ["b"]]);
      await git.run(repo, "push", "-q", far, "main");
      const push = only(await git.takeEvents(), "pre-push");
      assertEquals([push.workspace, push.branch], [repo, "main"]);

      const told = [
        [rewrite.args, ["amend"]],
        [rewrite.stdin, `${old} ${rewrite.commit}\n`],
        [checkout.args, [rewrite.commit, rewrite.commit, "1"]],
        [merge.args, ["0"]],
        [push.args, [far, far]],
        [push.stdin?.split(" ")[0], "refs/heads/main"],
      ];
      const silence = [[], "", [], [], [], ""];
      assertEquals(
        told.map(([seen]) => seen),
        passesOn ? told.map(([, wanted]) => wanted) : silence,
      );
    },
  });
}

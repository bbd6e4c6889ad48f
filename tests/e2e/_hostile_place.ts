// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A repository and an environment that name a foreign program in every place that can name one. The
 * program leaves a mark when it is run.
 * @module
 */
import { print, SESSION, userLine } from "../unit/transcripts/_transcripts.ts";
import type { Home } from "./harness.ts";

/** The directory and the environment in which commands are run. */
export interface Place {
  repo: string;
  env: Record<string, string>;
  /** Folders of git's own programs. */
  git: string[];
  /** A stand-in for systemctl, in a folder of the search path. */
  systemctl: string;
  /** The program of others. */
  trap: string;
  /** The file of its marks. */
  marks: string;
}

/** A transcript to import. */
export const assistantTurn = {
  session: SESSION,
  text: print([userLine(1, "from a transcript", { uuid: "p1" })]),
};

/** Makes the place. */
export async function makeHostilePlace(home: Home): Promise<Place> {
  const repo = home.workspace;
  const trap = `${repo}/trap`;
  const marks = `${home.root}/marks`;
  await Deno.writeTextFile(
    trap,
    `#!/bin/sh\necho "$0 $*" >>'${marks}'\nexec /bin/cat\n`,
    { mode: 0o755 },
  );
  const systemctl = `${home.root}/bin/systemctl`;
  await Deno.mkdir(`${home.root}/bin`);
  await Deno.writeTextFile(systemctl, "#!/bin/sh\n", { mode: 0o755 });
  const found = await output("git", ["--exec-path"], repo);
  const [program = ""] =
    (await output("/bin/sh", ["-c", "command -v git"], repo)).split("\n");
  const git = [found.trim(), program.slice(0, program.lastIndexOf("/"))];
  await makeRepository(repo, trap);
  await makeSettings(repo, trap);
  await Deno.mkdir(`${home.root}/user/.claude/projects/-w`, {
    recursive: true,
  });
  const env = environment(trap, `${home.root}/bin`);
  return { repo, trap, marks, git, systemctl, env };
}

/** Returns the marks of the program that others named. */
export async function hasRun({ marks }: Place): Promise<string[]> {
  try {
    return (await Deno.readTextFile(marks)).trimEnd().split("\n");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function output(
  program: string,
  args: string[],
  cwd: string,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    env: {
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_AUTHOR_NAME: "A",
      GIT_AUTHOR_EMAIL: "a@example.org",
      GIT_COMMITTER_NAME: "C",
      GIT_COMMITTER_EMAIL: "c@example.org",
    },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Two commits, a change that is not committed, and a configuration full of programs. */
async function makeRepository(repo: string, trap: string): Promise<void> {
  const git = (...args: string[]) => output("git", args, repo);
  await git("init", "-q", "-b", "main");
  for (const subject of ["first", "second"]) {
    await Deno.writeTextFile(`${repo}/a`, `${subject}\n`, { append: true });
    await git("add", "a");
    await git("commit", "-q", "-m", subject);
  }
  // A file on which git would run its filters.
  await Deno.writeTextFile(`${repo}/a`, "third\n", { append: true });
  await Deno.writeTextFile(
    `${repo}/.gitattributes`,
    "* diff=x filter=x merge=x\n",
  );
  const hooks = `${repo}/hooks`;
  await Deno.mkdir(hooks);
  for (
    const hook of [
      "post-index-change",
      "reference-transaction",
      "fsmonitor-watchman",
      "post-checkout",
      "pre-auto-gc",
    ]
  ) await Deno.symlink(trap, `${hooks}/${hook}`);
  const keys = [
    ...["fsmonitor", "pager", "editor", "sshCommand", "askPass", "gitProxy"]
      .map((name) => `core.${name}`),
    "core.alternateRefsCommand",
    "credential.helper",
    "diff.external",
    "diff.x.command",
    "diff.x.textconv",
    "filter.x.clean",
    "filter.x.process",
    "filter.x.smudge",
    "gpg.program",
    "gpg.ssh.program",
    "interactive.diffFilter",
    "merge.x.driver",
    "pager.blame",
    "pager.config",
    "pager.log",
    "sequence.editor",
    "uploadpack.packObjectsHook",
  ];
  for (const key of keys) await git("config", key, trap);
  for (
    const name of ["blame", "check-attr", "config", "diff-tree", "log", "rev"]
  ) await git("config", `alias.${name}`, `!${trap}`);
  await git("config", "core.hooksPath", hooks);
  await git("config", "log.showSignature", "true");
}

/** Settings of runtimes and package managers, and programs in the working directory. */
async function makeSettings(repo: string, trap: string): Promise<void> {
  const code = `new Deno.Command("${trap}").outputSync();\n`;
  await Deno.writeTextFile(`${repo}/evil.js`, code);
  const map = JSON.stringify({ imports: { "node:fs": "./evil.js" } });
  const files = {
    "deno.json": "{ this is no JSON",
    "deno.jsonc": map,
    "deno.lock": "{ nor is this",
    "import_map.json": map,
    "package.json": '{"main":"evil.js","type":"module","workspaces":["*"]}',
    "jsr.json": "{",
    "tsconfig.json": "{",
    ".npmrc": "registry=${NOT_SET}\n",
    ".env": `PATH=${repo}\nKAIZEN_OFF=1\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${repo}/${name}`, text);
  }
  await Deno.mkdir(`${repo}/node_modules/.bin`, { recursive: true });
  for (const folder of [repo, `${repo}/node_modules/.bin`]) {
    for (
      const name of [
        "git",
        "deno",
        "sh",
        "bash",
        "cat",
        "df",
        "env",
        "systemctl",
      ]
    ) {
      await Deno.symlink(trap, `${folder}/${name}`);
    }
  }
}

/** Variables by which programs are named, and a search path that begins where the user is. */
function environment(trap: string, bin: string): Record<string, string> {
  const names = [
    "BASH_ENV",
    "BROWSER",
    "EDITOR",
    "ENV",
    "GIT_ASKPASS",
    "GIT_EDITOR",
    "GIT_EXTERNAL_DIFF",
    "GIT_PAGER",
    "GIT_PROXY_COMMAND",
    "GIT_SEQUENCE_EDITOR",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "LESSOPEN",
    "MANPAGER",
    "PAGER",
    "SHELL",
    "SSH_ASKPASS",
    "SUDO_ASKPASS",
    "VISUAL",
  ];
  const folder = trap.slice(0, trap.lastIndexOf("/"));
  return {
    ...Object.fromEntries(names.map((name) => [name, trap])),
    GIT_EXEC_PATH: folder,
    GIT_TEMPLATE_DIR: folder,
    GIT_TRACE: `${folder}/trace-of-git`,
    "BASH_FUNC_git%%": `() { ${trap}; }`,
    PATH: `.::node_modules/.bin:${bin}:${Deno.env.get("PATH")}`,
    KAIZEN_FAULT: "patient git",
  };
}

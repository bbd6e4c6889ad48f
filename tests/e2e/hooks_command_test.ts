// SPDX-License-Identifier: AGPL-3.0-or-later
/** The command that `kaizen hooks install` writes, where its program is gone or cannot start. */
import { assertEquals } from "@std/assert";
import { startCommand } from "./_agent_host.ts";
import { agents, countStored, lines } from "./_agent_settings.ts";
import { Git } from "./_git.ts";
import { type Home, tempHome } from "./harness.ts";
import { isInstalled } from "./_terminal.ts";

/** A change of the program after the hooks were written, and how its agent runs it. */
interface Trouble {
  name: string;
  /** The program in the place of ours; null removes it. */
  script?: string | null;
  mode?: number;
  /** A folder is in its place. */
  isFolder?: boolean;
  /** A shell line that ends in the command, `"$@"`. It finds the program in `PROGRAM`. */
  around?: string;
  /** No shell can open a script then, not even that of a hook of git. */
  isOfShell?: boolean;
  /** A tool that `around` needs. */
  tool?: string;
  env?: Record<string, string>;
  /** Whether the event is recorded in spite of it. */
  isRecorded: boolean;
}

const troubles: Trouble[] = [
  { name: "the program is gone", script: null, isRecorded: false },
  { name: "the program must not be run", mode: 0o644, isRecorded: false },
  {
    name: "the interpreter of the program is gone",
    script: "#!/nowhere/sh\n",
    isRecorded: false,
  },
  {
    name: "the program ends with 2 and words",
    script: "#!/bin/sh\necho blocked; echo because >&2; exit 2\n",
    isRecorded: false,
  },
  {
    name: "the program is killed",
    script: "#!/bin/sh\nkill -ABRT $$\n",
    isRecorded: false,
  },
  { name: "a folder is in its place", isFolder: true, isRecorded: false },
  {
    name: "there are ten descriptors",
    around: 'ulimit -n 10; exec "$@"',
    isOfShell: true,
    isRecorded: false,
  },
  {
    name: "the user may run the program, and not read it",
    script: "#!/bin/sh\necho blocked; exit 2\n",
    mode: 0o711,
    around: `chmod -R a+rX "\${PROGRAM%/*}"; chmod 711 "$PROGRAM"
exec setpriv --reuid=54321 --regid=54321 --clear-groups "$@"`,
    tool: "setpriv",
    isRecorded: false,
  },
  {
    name: "the disk of the program fails",
    script: "#!/bin/sh\necho blocked; exit 2\n",
    around: `exec strace -f -qq -o /dev/null -P "$PROGRAM" \\
-e trace=openat -e inject=openat:error=EIO "$@"`,
    tool: "strace",
    isRecorded: false,
  },
  {
    name: "the directory is deleted",
    around: 'gone=$(mktemp -d); cd "$gone"; rmdir "$gone"; exec "$@"',
    isRecorded: true,
  },
  { name: "TMPDIR is relative", env: { TMPDIR: "tmp" }, isRecorded: true },
  {
    name: "NODE_OPTIONS is for another program",
    env: { NODE_OPTIONS: "--require /nowhere.js --inspect-brk=1" },
    isRecorded: true,
  },
];

/** Words of the shell itself in a directory that is deleted. */
const SHELLS_OWN = /^.*getcwd.*\n/gm;
const BIG = "x".repeat(1024 * 1024);

/** Installs the hooks of all agents with a program that may be replaced. */
async function install(
  home: Home,
  { script, mode, isFolder }: Trouble,
): Promise<void> {
  const [own = ""] = (await import("./harness.ts")).programCommand();
  const program = `${home.root}/kaizen`;
  await Deno.symlink(own, program);
  const { code, stderr } = await home.run([
    ...["hooks", "install", "claude", "codex", "copilot", "cursor", "gemini"],
    ...["vibe", "openclaw", "--yes", "--program", program],
  ]);
  assertEquals([code, stderr], [0, ""]);
  await installGit(home, program);
  if (script === undefined && mode === undefined && !isFolder) return;
  await Deno.remove(program);
  if (isFolder) return await Deno.mkdir(program);
  if (script === null) return;
  await Deno.writeTextFile(program, script ?? "#!/bin/sh\n");
  await Deno.chmod(program, mode ?? 0o755);
}

/** Installs the hooks of git in a repository. */
async function installGit(home: Home, program: string): Promise<void> {
  const git = new Git(home);
  await git.run(home.root, "init", "-q", `${home.root}/repo`);
  const { code, stderr } = await home.run([
    ...["hooks", "install", "git", "--project", "--yes"],
    ...["--program", program],
  ], { cwd: `${home.root}/repo` });
  assertEquals([code, stderr], [0, ""]);
}

const FILES: Record<string, string> = {
  "Claude Code": ".claude/settings.json",
  "Codex": ".codex/hooks.json",
  "Copilot CLI": ".copilot/hooks/kaizen.json",
  "Cursor": ".cursor/hooks.json",
  "Gemini CLI": ".gemini/settings.json",
  "Vibe": ".vibe/hooks.toml",
};

/** Runs the hook of git that could stop a push. */
async function pushByGit(home: Home, trouble: Trouble): Promise<void> {
  const hook = `${home.root}/repo/.git/hooks/pre-push`;
  const { report } = startCommand(
    ["/bin/sh", "-c", trouble.around ?? 'exec "$@"', "sh", hook, "far", "url"],
    home,
    {
      writes: ["refs/heads/main 1 refs/heads/main 0\n"],
      env: { ...trouble.env, PROGRAM: `${home.root}/kaizen` },
    },
  );
  const { code, output } = await report;
  assertEquals([code, output.replaceAll(SHELLS_OWN, "")], [0, ""]);
}

/** Runs the handler of OpenClaw in a gateway. */
async function passOnByOpenclaw(home: Home): Promise<void> {
  const folder = `${home.root}/user/.openclaw/hooks/kaizen`;
  await Deno.copyFile(`${folder}/handler.ts`, `${home.root}/handler.mjs`);
  const event = lines.find(({ agent }) => agent === "openclaw")?.payload;
  await Deno.writeTextFile(
    `${home.root}/gateway.mjs`,
    `import handle from "./handler.mjs";\nawait handle(${
      JSON.stringify(event)
    });\n`,
  );
  const { report } = startCommand(
    ["/usr/bin/env", "node", `${home.root}/gateway.mjs`],
    home,
  );
  assertEquals(await report, { code: 0, output: "", writeError: null });
}

for (const trouble of troubles) {
  const { tool } = trouble;
  const isPossible = tool === undefined ||
    Deno.build.os === "linux" && Deno.uid() === 0 && isInstalled(tool);
  Deno.test({
    name: `a hook ends with 0 and in silence if ${trouble.name}`,
    ignore: !isPossible,
    fn: () => runAll(trouble),
  });
}

async function runAll(trouble: Trouble): Promise<void> {
  await using home = await tempHome();
  await install(home, trouble);
  // At once, as a hook waits a while for a program that is being replaced.
  await Promise.all(
    Object.entries(FILES).map(async ([title, file]) => {
      const agent = agents[title];
      if (agent === undefined) throw new TypeError(title);
      const text = await Deno.readTextFile(`${home.root}/user/${file}`);
      const hook = agent.read(text)
        .find(({ event }) => /^(post_?tool(use)?|aftertool)$/i.test(event));
      if (hook === undefined) throw new TypeError(file);
      const sample = lines.find((line) =>
        line.agent === agent.name && line.event === hook.event
      );
      const { around } = trouble;
      // A login shell without descriptors fails at its profile, before it reads the command.
      const line = agent.line(hook).map((word) =>
        word === "-lc" && around !== undefined ? "-c" : word
      );
      const { report } = startCommand(
        around === undefined ? line : ["/bin/sh", "-c", around, "sh", ...line],
        home,
        {
          writes: [JSON.stringify({ ...sample?.payload, big: BIG })],
          env: { ...trouble.env, PROGRAM: `${home.root}/kaizen` },
        },
      );
      const { code, output, writeError } = await report;
      assertEquals(
        [title, code, output.replaceAll(SHELLS_OWN, ""), writeError],
        [title, 0, "", null],
      );
    }),
  );
  let recorded = Object.keys(FILES).length;
  if (!trouble.isOfShell) {
    await pushByGit(home, trouble);
    recorded++;
  }
  if (trouble.around === undefined && isInstalled("node")) {
    await passOnByOpenclaw(home);
    recorded++;
  }
  await using _daemon = await home.startDaemon();
  assertEquals(await countStored(home), trouble.isRecorded ? recorded : 0);
}

const shells = [
  ["/bin/sh", "-lc"],
  ["/usr/bin/bash", "--noprofile", "-lc"],
  ["/usr/bin/zsh", "-d", "-lc"],
  ["/usr/bin/fish", "--no-config", "-lc"],
];
for (const [shell = "", ...options] of shells) {
  Deno.test({
    name: `the command of Codex is the same to ${shell}`,
    ignore: !isThere(shell),
    async fn() {
      await using home = await tempHome();
      await install(home, { name: "nothing", isRecorded: true });
      const text = await Deno.readTextFile(
        `${home.root}/user/.codex/hooks.json`,
      );
      const [hook] = agents["Codex"]?.read(text) ?? [];
      const sample = lines.find((line) =>
        line.agent === "codex" && line.event === hook?.event
      );
      const { report } = startCommand(
        [shell, ...options, hook?.command ?? ""],
        home,
        { writes: [JSON.stringify(sample?.payload)] },
      );
      assertEquals(await report, { code: 0, output: "", writeError: null });
      await using _daemon = await home.startDaemon();
      assertEquals(await countStored(home), 1);
    },
  });
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

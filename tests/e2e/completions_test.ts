// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { feed } from "./_feed.ts";
import { isInstalled, Terminal } from "./_terminal.ts";
import { type Home, programCommand, tempHome } from "./harness.ts";

/** Command lines, with Tab pressed after the last word, and the words that Tab offers. */
const table: [words: string[], offers: string[]][] = [
  [["kaizen", "sess"], ["sessions"]],
  [["kaizen", "sessions", ""], ["list", "ls", "show", "tree"]],
  [["kaizen", "sessions", "--stat"], ["--status"]],
  [["kaizen", "sessions", "ls", "--stat"], ["--status"]],
  [["kaizen", "sessions", "--status", ""], [
    "Done",
    "Idle",
    "Running",
    "Waiting",
  ]],
  [["kaizen", "-o", "nd"], ["ndjson"]],
  [["kaizen", "--home", "/tmp", "daemon", "st"], ["start", "status", "stop"]],
  [["kaizen", "ingest", "--source", "c"], [
    "claude",
    "codex",
    "copilot",
    "cursor",
  ]],
  [["kaizen", "hooks", "install", "c"], [
    "claude",
    "codex",
    "copilot",
    "cursor",
  ]],
  [["kaizen", "help", "exit"], ["exit-codes"]],
  [["kaizen", "completions", ""], ["bash", "fish", "zsh"]],
  [["kaizen", "detail", "s-"], ["s-1", "s-2"]],
  [["kaizen", "detail", "git:"], ["git:/a/path"]],
  [["kaizen", "sessions", "show", "@"], ["@latest"]],
  [["kaizen", "sessions", "--limit", ""], []],
  // Nothing is offered that always fails.
  [["kaizen", "-o", ""], [
    "arrow",
    "csv",
    "json",
    "ndjson",
    "parquet",
    "text",
    "trace",
  ]],
  ...[["sessions"], ["sessions", "ls"], ["events"], ["usage"], ["commits"]].map(
    (words): [string[], string[]] => [
      ["kaizen", ...words, "-o", ""],
      ["arrow", "csv", "json", "ndjson", "parquet", "text"],
    ],
  ),
  [["kaizen", "store", "stats", "--output", ""], ["json", "ndjson", "text"]],
  [["kaizen", "detail", "s-1", "-o", "t"], ["text", "trace"]],
  [["kaizen", "sessions", "tree", "-o", "tr"], ["trace"]],
  [["kaizen", "sessions", "--watch", "-o", ""], ["ndjson", "text"]],
  [["kaizen", "events", "--follow", "-o", ""], ["arrow", "ndjson", "text"]],
  [["kaizen", "detail", "s-1", "--follow", "-o", ""], ["ndjson", "text"]],
  [["kaizen", "sessions", "--all-workspaces", ""], []],
  [["kaizen", "--no-start", "sessions", "sh"], ["show"]],
  [["kaizen", "ingest", "--source", "claude", "ho"], []],
  [["kaizen", "detail", "s-1", "s-"], []],
  [["kaizen", "help", "daemon", "st"], ["start", "status", "stop"]],
  [["kaizen", "help", "stop", ""], []],
  [["kaizen", "store", "prune", "--session", "@"], ["@latest"]],
  [["kaizen", "ingest", "--session", "@"], []],
  [["kaizen", "ingest", "--session", "s-"], ["s-1", "s-2"]],
];

/**
 * A home with a daemon, sessions (some with ids that a shell must not run) and `kaizen` on PATH.
 */
async function sampleHome(): Promise<
  AsyncDisposable & {
    home: Home;
    env: Record<string, string>;
    script(shell: string): Promise<string>;
    /** Fails if a shell has run the command in an id. */
    checkTrap(): Promise<void>;
  }
> {
  const stack = new AsyncDisposableStack();
  const home = stack.use(await tempHome());
  stack.use(await home.startDaemon());
  const trap = `s-$(touch ${home.root}/pwned);\`touch ${home.root}/pwned\``;
  for (
    const id of [
      "s-1",
      "s-2",
      "git:/a/path",
      trap,
      "s-=~root",
      "s-\x1b[31m",
      "s-\ntwo",
    ]
  ) {
    await feed(home, { hook_event_name: "SessionStart", session_id: id });
  }
  await Deno.mkdir(`${home.root}/bin`);
  await Deno.symlink(programCommand()[0] ?? "", `${home.root}/bin/kaizen`);
  const env: Record<string, string> = {
    HOME: home.root,
    KAIZEN_HOME: home.home,
    PATH: `${home.root}/bin:${Deno.env.get("PATH")}`,
  };
  return {
    home,
    env,
    async script(shell) {
      const { code, stdout } = await home.run(["completions", shell]);
      assertEquals(code, 0);
      const path = `${home.root}/complete.${shell}`;
      await Deno.writeTextFile(path, stdout);
      return path;
    },
    async checkTrap() {
      for await (const { name } of Deno.readDir(home.root)) {
        assertNotEquals(name, "pwned");
      }
    },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}

async function runShell(
  line: string[],
  options: { env: Record<string, string>; cwd: string },
): Promise<string> {
  const [program = "", ...args] = line;
  const { stdout } = await new Deno.Command(program, { args, ...options })
    .output();
  return new TextDecoder().decode(stdout);
}

Deno.test({
  name: "completions bash completes commands, options, values and ids in bash",
  ignore: !isInstalled("bash"),
  async fn() {
    await using sample = await sampleHome();
    const script = await sample.script("bash");
    const driver = `source ${script}
compopt() { :; }
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kaizen; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const options = { env: sample.env, cwd: sample.home.workspace };
    const offer = async (words: string[]) =>
      (await runShell(["bash", "-c", driver, "bash", ...words], options))
        .split("\n").filter((word) => word !== "").sort();
    for (const [words, offers] of table) {
      assertEquals(await offer(words), offers, words.join(" "));
    }
    assertEquals(await offer(["kaizen", "sessions", "--output", "=", "nd"]), [
      "ndjson",
    ]);
    await Deno.mkdir(`${sample.home.workspace}/folder`);
    assertEquals(await offer(["kaizen", "sessions", "--workspace", "fol"]), [
      "folder",
    ]);
    await sample.checkTrap();
  },
});

Deno.test({
  name: "completions bash quotes paths in a bash without compopt",
  ignore: !isInstalled("bash"),
  async fn() {
    await using sample = await sampleHome();
    const script = await sample.script("bash");
    await Deno.mkdir(`${sample.home.workspace}/only;touch x`);
    const driver = `enable -n compopt; source ${script}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kaizen; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const user = `${sample.home.root}/user`;
    for (const path of [`${sample.home.workspace}/~root`, `${user}/fold er`]) {
      await Deno.mkdir(path, { recursive: true });
    }
    const lines: [typed: string, offered: string][] = [
      ["onl", "only\\;touch\\ x"],
      ["~/fol", "~/fold\\ er"],
      ["", "\\~root only\\;touch\\ x"],
    ];
    for (const [typed, offered] of lines) {
      const words = ["kaizen", "sessions", "--workspace", typed];
      const printed = await runShell(["bash", "-c", driver, "bash", ...words], {
        env: { ...sample.env, HOME: user },
        cwd: sample.home.workspace,
      });
      assertEquals(printed.trim().split("\n").sort().join(" "), offered);
    }
  },
});

Deno.test({
  name: "bash itself completes words that it splits at colons and equals signs",
  ignore: !isInstalled("bash") || !isInstalled("tmux"),
  async fn() {
    await using sample = await sampleHome();
    const script = await sample.script("bash");
    await using terminal = await Terminal.open({
      columns: 100,
      rows: 10,
      command: "bash --noprofile --norc -i",
      env: sample.env,
      cwd: sample.home.workspace,
    });
    await terminal.type(`PS1='> '; source ${script}; echo rea''dy`, "Enter");
    await terminal.waitFor((screen) => screen.includes("\nready\n"));
    const lines: [typed: string, completed: string][] = [
      ["kaizen detail git:/a/p", "kaizen detail git:/a/path"],
      ["kaizen detail gi", "kaizen detail git:/a/path"],
      [
        "kaizen store prune --session git:/",
        "kaizen store prune --session git:/a/path",
      ],
      [
        "kaizen store prune --session=git:",
        "kaizen store prune --session=git:/a/path",
      ],
      ["kaizen sessions --status=R", "kaizen sessions --status=Running"],
      ["kaizen sess", "kaizen sessions"],
    ];
    for (const [typed, completed] of lines) {
      await terminal.type("C-u", "C-l");
      await terminal.waitFor((screen) => screen === ">");
      await terminal.type("-l", typed);
      await terminal.type("Tab");
      await terminal.waitFor((screen) => screen === `> ${completed}`);
    }
    await terminal.type("C-u", "C-l");
    await terminal.waitFor((screen) => screen === ">");
    await terminal.type("-l", "kaizen detail s-");
    await terminal.type("Tab", "Tab");
    await terminal.waitFor((screen) =>
      /^> kaizen detail s-\ns-1 +s-2\n> kaizen detail s-$/.test(screen)
    );
  },
});

Deno.test({
  name: "completions fish completes commands, options, values and ids in fish",
  ignore: !isInstalled("fish"),
  async fn() {
    await using sample = await sampleHome();
    const script = await sample.script("fish");
    const options = { env: sample.env, cwd: sample.home.workspace };
    for (const [words, offers] of table) {
      const line = words.join(" ");
      const found = await runShell(
        [
          "fish",
          "--no-config",
          "-c",
          `source ${script}; complete -C '${line}'`,
        ],
        options,
      );
      const offered = found.split("\n").map((row) => row.split("\t")[0] ?? "")
        .filter((word) => word !== "").sort();
      assertEquals(offered, offers, line);
    }
    await sample.checkTrap();
  },
});

Deno.test({
  name: "completions zsh completes commands, options, values and ids in zsh",
  ignore: !isInstalled("zsh") || !isInstalled("tmux"),
  async fn() {
    await using sample = await sampleHome();
    const script = await sample.script("zsh");
    await using terminal = await Terminal.open({
      columns: 100,
      rows: 30,
      command: "zsh -f -i",
      env: sample.env,
      cwd: sample.home.workspace,
    });
    await terminal.type(
      `PS1='> '; autoload -Uz compinit; compinit -u -D; source ${script}; echo rea''dy`,
      "Enter",
    );
    await terminal.waitFor((screen) => screen.includes("\nready\n"));
    for (const [words, offers] of table) {
      const line = words.join(" ");
      await terminal.type("C-u", "C-l");
      await terminal.waitFor((screen) => screen === ">");
      await terminal.type("-l", line);
      await terminal.type("Tab");
      const [only] = offers;
      if (only !== undefined && offers.length === 1) {
        const before = words.slice(0, -1).join(" ");
        await terminal.waitFor((screen) => screen === `> ${before} ${only}`);
      } else {
        const typed = `> ${words.slice(0, -1).join(" ")}`;
        await terminal.waitFor((screen) =>
          screen.startsWith(typed) &&
          offers.every((word) =>
            screen.includes(`\n${word}`) || screen.includes(` ${word}`)
          ) && (offers.includes("trace") || !screen.includes("trace"))
        );
      }
    }
    await sample.checkTrap();
  },
});

Deno.test("completions ids prints nothing if no daemon is running", async () => {
  await using home = await tempHome();
  const { code, stdout, stderr } = await home.run(["completions", "ids"]);
  assertEquals([code, stdout, stderr], [0, "", ""]);
});

Deno.test("completions rejects other shells", async () => {
  await using home = await tempHome();
  const { code, stderr } = await home.run(["completions", "tcsh"]);
  assertEquals(code, 64);
  assertStringIncludes(stderr, "must be one of bash, zsh, fish");
});

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs the command lines of README.md and of the pages in docs/, as a user would paste them.
 * docs/recipes.md has a test of its own, which also looks at the output.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { feed, sampleSession } from "./_feed.ts";
import { isInstalled } from "./_terminal.ts";
import { type Home, programCommand, tempHome } from "./harness.ts";

const ROOT = new URL("../../", import.meta.url);

/** Command lines that are not run here, by a part of each, and why. */
const EXCEPTIONS: readonly (readonly [part: string, reason: string])[] = [
  ["git clone", "there is no public address yet"],
  ["scripts/demo", "a test of its own runs it"],
  ["scripts/test", "runs this test"],
  ["scripts/install", "tests/unit/scripts/install_test.ts runs it"],
  ["scripts/uninstall", "tests/unit/scripts/install_test.ts runs it"],
  ["packaging/many-machines", "tests/e2e/many_machines_test.ts runs it"],
  ["duckdb events.duckdb", "tests/e2e/many_machines_test.ts runs it"],
  ["python3 rows.py", "tests/interop/columns_test.ts runs it"],
  ["rm -r ~/.kaizen", "the home of a test is another folder"],
  [
    "systemctl --user enable",
    "tests/e2e/daemon_service_test.ts has a stand-in",
  ],
];

/** A block of shell commands. */
interface Block {
  page: string;
  lines: string[];
}

/** Lists the blocks of a page, without its comments. */
function readBlocks(page: string): Block[] {
  const text = Deno.readTextFileSync(new URL(page, ROOT));
  return [...text.matchAll(/^( *)```sh\n([^]*?)^ *```$/gm)].map((
    [, indent = "", body = ""],
  ) => ({
    page,
    lines: body.split("\n")
      .map((line) => line.slice(indent.length).replace(/\s+# .*$/, ""))
      .filter((line) => line !== "" && !/^#/.test(line)),
  }));
}

function listPages(): string[] {
  const pages = [...Deno.readDirSync(new URL("docs/", ROOT))]
    .map(({ name }) => `docs/${name}`)
    .filter((name) => name.endsWith(".md") && name !== "docs/recipes.md");
  return ["README.md", ...pages.sort()];
}

/** Programs that pages name and this machine may lack. Each writes its arguments into a file. */
const STAND_INS = ["tmux", "notify-send", "osascript", "make"];

/** A user's machine: a repository with history, a session, and `kaizen` on PATH. */
class Desk {
  readonly home: Home;
  readonly #env: Record<string, string>;

  private constructor(home: Home) {
    this.home = home;
    this.#env = {
      HOME: `${home.root}/user`,
      KAIZEN_HOME: home.home,
      PATH: `${home.root}/bin:${Deno.env.get("PATH")}`,
      GIT_AUTHOR_NAME: "A",
      GIT_AUTHOR_EMAIL: "a@example.org",
      GIT_COMMITTER_NAME: "A",
      GIT_COMMITTER_EMAIL: "a@example.org",
    };
  }

  static async prepare(home: Home): Promise<Desk> {
    const desk = new Desk(home);
    const bin = `${home.root}/bin`;
    const put = (name: string, script: string) =>
      Deno.writeTextFile(`${bin}/${name}`, `#!/bin/sh\n${script}\n`, {
        mode: 0o755,
      });
    await Deno.mkdir(bin);
    const program = programCommand().map((word) => `'${word}'`).join(" ");
    // A user on a terminal answers yes.
    await put(
      "kaizen",
      `case "$*" in *--yes*) ;; "hooks install"* | "hooks uninstall"*) set -- "$@" --yes ;; esac\nexec ${program} "$@"`,
    );
    for (const name of STAND_INS) {
      await put(name, `echo "$*" >>'${home.root}/${name}.calls'`);
    }
    await Deno.mkdir(`${home.root}/user/.claude/projects`, { recursive: true });
    await Deno.mkdir(`${home.root}/media/old/.claude/projects`, {
      recursive: true,
    });
    await Deno.mkdir(`${home.workspace}/src`);
    await Deno.writeTextFile(
      `${home.workspace}/src/main.ts`,
      "line\n".repeat(50),
    );
    await desk.run(
      "git init -q -b main && git add -A && git commit -q -m 'Add main'",
    );
    return desk;
  }

  /** Records a session that has what the pages look for. */
  async record(): Promise<void> {
    const bash = (n: number, command: string) => ({
      hook_event_name: "PreToolUse",
      session_id: "asked",
      timestamp_ms: Date.now(),
      tool_name: "Bash",
      tool_use_id: `b${n}`,
      tool_input: { command },
    });
    await feed(
      this.home,
      ...sampleSession("s1", Date.now() - 60_000),
      bash(1, "git rebase main # TODO: connection refused, timeout"),
      { ...bash(1, ""), hook_event_name: "PostToolUse" },
      {
        hook_event_name: "Stop",
        session_id: "asked",
        timestamp_ms: Date.now(),
      },
    );
  }

  /** Runs a command line, which must succeed. @returns Its output. */
  async run(line: string): Promise<string> {
    const { code, stdout, stderr } = await this.#start(line).output();
    const told = new TextDecoder().decode(stderr);
    const out = new TextDecoder().decode(stdout);
    assertEquals([code, told], [0, ""], `${line}\n${out}`);
    return out;
  }

  /** Runs a command line that goes on until it is ended, up to its first output. */
  async runUntilOutput(line: string): Promise<void> {
    const child = this.#start(line, "null").spawn();
    const reader = child.stdout.getReader();
    const first = reader.read();
    await this.#recordUntil(first);
    const { value } = await first;
    assert(value !== undefined && value.length > 0, line);
    child.kill("SIGTERM");
    while (!(await reader.read()).done);
    await child.status;
  }

  /** Runs a command line that ends when enough events have come. */
  async runWithEvents(line: string): Promise<void> {
    const child = this.#start(line).spawn();
    const output = child.output();
    await this.#recordUntil(output);
    assertEquals((await output).code, 0, line);
  }

  #start(line: string, stderr: "piped" | "null" = "piped"): Deno.Command {
    const text = line
      .replaceAll("/usr/local/bin/kaizen", `${this.home.root}/bin/kaizen`)
      .replaceAll("/media/old", `${this.home.root}/media/old`);
    return new Deno.Command("bash", {
      args: ["-c", text],
      cwd: this.home.workspace,
      clearEnv: true,
      env: {
        ...this.#env,
        DENO_DIR: Deno.env.get("DENO_DIR") ??
          `${Deno.env.get("HOME")}/.cache/deno`,
      },
      stdin: "null",
      stdout: "piped",
      stderr,
    });
  }

  /** Stores one event after another until a promise is settled. */
  async #recordUntil(end: Promise<unknown>): Promise<void> {
    let isOver = false;
    const settled = end.finally(() => isOver = true);
    for (let n = 0; !isOver; n++) {
      await feed(this.home, {
        hook_event_name: "Notification",
        session_id: "s1",
        timestamp_ms: Date.now(),
        message: `news ${n}`,
      });
      // The next turn of the loop of events, so that the process is heard.
      await new Promise((resolve) => setTimeout(resolve));
    }
    await settled;
  }
}

/** Command lines that need something that the page does not show, with what is run instead. */
const PREPARED: Readonly<Record<string, string>> = {
  // The user's own program, which here has enough after the second event.
  "kaizen events --follow --since-cursor":
    "handle() { [ ! -e handled ] || exit 0; touch handled; }; ",
};

Deno.test({
  name: "the command lines of README.md and docs/ do what the pages say",
  ignore: !isInstalled("jq") || !isInstalled("bash") || !isInstalled("git"),
  async fn() {
    const used = new Set<string>();
    const isException = (line: string) => {
      const [part] = EXCEPTIONS.find(([part]) => line.includes(part)) ?? [];
      if (part !== undefined) used.add(part);
      return part !== undefined;
    };
    const blocks = listPages().flatMap(readBlocks).map(({ page, lines }) => ({
      page,
      lines: lines.filter((line) => !isException(line)),
    })).filter(({ lines }) => lines.length > 0);
    assert(blocks.length >= 15, `${blocks.length}`);
    await using home = await tempHome();
    const desk = await Desk.prepare(home);
    let lines = 0;
    for (const block of blocks) {
      // Blocks stop the daemon and remove hooks; the next reader has both.
      await using _daemon = await home.startDaemon();
      await desk.record();
      await desk.run(
        "kaizen events --last 1 -o ndjson | jq -r .cursor >cursor",
      );
      const whole = block.lines.join("\n");
      const prepared = Object.keys(PREPARED).find((it) => whole.includes(it));
      if (prepared !== undefined) {
        const before = await desk.run("cat cursor");
        await desk.runWithEvents(`${PREPARED[prepared]}${whole}`);
        assert(before !== await desk.run("cat cursor"));
      } else {
        for (const line of block.lines) {
          if (/ --follow\b/.test(line)) await desk.runUntilOutput(line);
          else await desk.run(line);
        }
      }
      lines += block.lines.length;
    }
    assert(lines >= 35, `${lines}`);
    assertEquals(
      EXCEPTIONS.map(([part]) => part).filter((it) => !used.has(it)),
      [],
    );
    for (const name of STAND_INS) {
      const calls = await Deno.readTextFile(`${home.root}/${name}.calls`);
      if (name !== "make") assert(calls.includes("claude in w: "), calls);
    }
  },
});

Deno.test({
  name: "scripts/demo runs to its end",
  ignore: !isInstalled("git"),
  async fn() {
    const { code, stderr } = await new Deno.Command("sh", {
      args: [new URL("scripts/demo", ROOT).pathname],
      stdin: "null",
    }).output();
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  },
});

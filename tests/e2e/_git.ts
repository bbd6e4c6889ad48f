// SPDX-License-Identifier: AGPL-3.0-or-later
/** Git with our hooks, in a home of its own. */
import { assert, assertEquals } from "@std/assert";
import { type Home, programCommand } from "./harness.ts";

const HOOKS = [
  "post-commit",
  "post-checkout",
  "post-merge",
  "post-rewrite",
  "pre-push",
];

/** The event of a git hook. */
export interface GitEvent {
  session: string;
  workspace: string;
  hook: string;
  args: string[];
  commit: string | null;
  branch: string | null;
  subject: string | null;
  files_changed: number | null;
  lines_added: number | null;
  lines_deleted: number | null;
  files: string[] | null;
  /** The agent whose shell ran git. */
  agent: string | null;
  stdin: string | null;
}

/**
 * Git in a home of its own. The events of hooks go to the spool of that home, as no daemon is
 * running.
 */
export class Git {
  readonly home: Home;
  readonly env: Record<string, string>;
  constructor(home: Home, env: Record<string, string> = {}) {
    this.home = home;
    this.env = {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: `${home.root}/user`,
      KAIZEN_HOME: home.home,
      KAIZEN_NO_START: "1",
      GIT_AUTHOR_NAME: "A",
      GIT_AUTHOR_EMAIL: "a@example.org",
      GIT_COMMITTER_NAME: "C",
      GIT_COMMITTER_EMAIL: "c@example.org",
      GIT_EDITOR: "true",
      KAIZEN_FAULT: "patient git", // or a busy machine decides what is told
      ...env,
    };
  }

  /** Runs git to the end of its output, as an agent does. Hooks must print nothing. */
  async run(cwd: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await new Deno.Command("git", {
      args: ["-c", "protocol.file.allow=always", ...args],
      cwd,
      clearEnv: true,
      env: this.env,
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stdout);
    const words = new TextDecoder().decode(stderr);
    assertEquals(code, 0, `git ${args.join(" ")}: ${words}`);
    return `${text}${words}`;
  }

  /** Makes a repository with the commit `base` of file `a`, and branches `side` off it. */
  async initSide(): Promise<string> {
    const repo = await this.init("repo");
    await write(`${repo}/a`);
    await this.commit(repo, "base");
    await this.run(repo, "checkout", "-q", "-b", "side");
    return repo;
  }

  /** Makes a repository with hooks in it. */
  async init(name: string, ...options: string[]): Promise<string> {
    const path = `${this.home.root}/${name}`;
    await this.run(
      this.home.root,
      "init",
      "-q",
      "-b",
      "main",
      ...options,
      path,
    );
    await installHooks(options.includes("--bare") ? path : `${path}/.git`);
    return path;
  }

  async commit(repo: string, subject: string): Promise<string> {
    await this.run(repo, "add", "-A");
    return await this.run(repo, "commit", "-m", subject);
  }

  /** Returns the events since the last call, and removes them. */
  async takeEvents(): Promise<GitEvent[]> {
    const spool = `${this.home.home}/spool`;
    const events: GitEvent[] = [];
    const names = await Array.fromAsync(Deno.readDir(spool));
    const files = names.map(({ name }) => name).filter((name) =>
      name.startsWith("v1-")
    ).sort();
    for (const name of files) {
      const text = await Deno.readTextFile(`${spool}/${name}`);
      const { payload, workspace } = JSON.parse(text);
      const { session_id, git, hook_event_name } = JSON.parse(payload);
      assertEquals(hook_event_name, git.hook);
      events.push({ session: session_id, workspace, ...git });
      await Deno.remove(`${spool}/${name}`);
    }
    return events;
  }
}

/** Writes our hooks into a repository. */
export async function installHooks(gitDir: string): Promise<void> {
  for (const hook of HOOKS) {
    const path = `${gitDir}/hooks/${hook}`;
    await Deno.mkdir(`${gitDir}/hooks`, { recursive: true });
    await Deno.writeTextFile(
      path,
      `#!/bin/sh\nexec ${shellLine()} ingest git ${hook} "$@"\n`,
      { mode: 0o755 },
    );
  }
}

/** The program under test, quoted for a shell. */
export function shellLine(): string {
  return programCommand().map((word) => `'${word}'`).join(" ");
}

/** Writes a file of one line. */
export async function write(path: string, text = "line\n"): Promise<void> {
  await Deno.writeTextFile(path, text);
}

/** Returns the only event of a hook. */
export function only(events: GitEvent[], hook: string): GitEvent {
  const found = events.filter((event) => event.hook === hook);
  const [first] = found;
  assert(first !== undefined && found.length === 1, JSON.stringify(events));
  return first;
}

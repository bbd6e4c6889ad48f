// SPDX-License-Identifier: AGPL-3.0-or-later
/** Runs a hook as a coding agent runs it. */
import { type Home, programCommand } from "./harness.ts";

/** Maximum time that a host waits, in milliseconds; far more than a hook may take. */
const PATIENCE_MS = 30_000;

/** How an agent starts the command that is installed with it. */
export interface Agent {
  name: string;
  /**
   * The program that reads the command line: a shell with its options, or none for a program with
   * arguments.
   */
  shell: readonly string[] | null;
  /** The value of `--source`. */
  source: string;
  /** The value of `--event`, for an agent whose payloads do not name the event. */
  eventName?: string;
  /** A tool event as the agent writes it. */
  event(session: string, workspace: string): Record<string, unknown>;
}

export const AGENTS: readonly Agent[] = [
  {
    name: "Claude Code, shell form",
    shell: ["/bin/sh", "-c"],
    source: "claude",
    event: (session_id, cwd) => ({
      session_id,
      transcript_path: "/home/u/.claude/projects/-repo-app/x.jsonl",
      cwd,
      permission_mode: "default",
      hook_event_name: "PreToolUse",
      tool_name: "Bash",
      tool_input: { command: "deno test" },
      tool_use_id: "toolu_01A",
    }),
  },
  {
    name: "Claude Code, exec form",
    shell: null,
    source: "claude",
    event: (session_id, cwd) => ({
      session_id,
      cwd,
      permission_mode: "default",
      hook_event_name: "PostToolUse",
      tool_name: "Bash",
      tool_response: { stdout: "ok" },
      tool_use_id: "toolu_01A",
    }),
  },
  {
    name: "Cursor",
    shell: ["/bin/sh", "-c"],
    source: "cursor",
    event: (conversation_id, root) => ({
      conversation_id,
      generation_id: "g1",
      hook_event_name: "preToolUse",
      cursor_version: "3.1.0",
      workspace_roots: [root],
      tool_name: "Shell",
      tool_use_id: "t1",
    }),
  },
  ...codexShells(),
  {
    name: "Gemini CLI",
    shell: ["/bin/sh", "-c"],
    source: "gemini",
    event: (session_id, cwd) => ({
      session_id,
      transcript_path: "/home/u/.gemini/tmp/x/chats/session-1.json",
      cwd,
      hook_event_name: "AfterTool",
      timestamp: "2026-11-22T09:00:00.000Z",
      tool_name: "run_shell_command",
      tool_input: { command: "npm test" },
    }),
  },
  {
    name: "Copilot CLI",
    shell: ["/bin/sh", "-c"],
    source: "copilot",
    eventName: "postToolUse",
    event: (sessionId, cwd) => ({
      sessionId,
      timestamp: 1_788_992_295_000,
      cwd,
      toolName: "bash",
      toolArgs: { command: "npm test" },
    }),
  },
  {
    name: "Vibe",
    shell: ["/bin/sh", "-c"],
    source: "vibe",
    event: (session_id, cwd) => ({
      session_id,
      parent_session_id: null,
      cwd,
      hook_event_name: "pre_tool",
      tool_name: "bash",
      tool_call_id: "chatcmpl-tool-85bc",
    }),
  },
  {
    name: "OpenClaw",
    shell: null,
    source: "openclaw",
    event: (sessionKey, _workspace) => ({
      type: "message",
      action: "received",
      sessionKey,
      timestamp: "2026-11-22T09:00:00.000Z",
      context: {},
    }),
  },
];

/** Codex runs its hooks with `$SHELL -lc`. All installed shells are tried. */
function codexShells(): Agent[] {
  const shells = [
    ["/bin/sh", "-lc"],
    ["/bin/bash", "--noprofile", "-lc"], // the profile of this machine is not what is tested
    ["/bin/zsh", "-d", "-lc"], // nor are its global files
    ["/bin/fish", "--no-config", "-lc"],
  ];
  return shells.flatMap(([path = "", ...options]) => {
    const program = path.replace("/bin/", "");
    const found = [path, `/usr${path}`].find((one) => isFile(one));
    return found === undefined ? [] : [{
      name: `Codex, ${program}`,
      shell: [found, ...options],
      source: "codex",
      event: (session_id: string, cwd: string) => ({
        session_id,
        turn_id: "7",
        transcript_path: null,
        cwd,
        hook_event_name: "PreToolUse",
        permission_mode: "default",
        tool_name: "Bash",
        tool_use_id: "call_1",
      }),
    }];
  });
}

/** The arguments of an agent's hook. */
function wordsOf({ source, eventName }: Agent): string[] {
  const event = eventName === undefined ? [] : ["--event", eventName];
  return ["ingest", "hook", "--source", source, ...event];
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** How a host runs its hook. */
export interface HostOptions {
  /** Written to stdin, piece by piece. */
  writes?: (string | Uint8Array)[];
  /** Time between two writes, in milliseconds. */
  pauseMs?: number;
  /** Leave stdin open until the hook has ended. */
  leavesOpen?: boolean;
  env?: Record<string, string | undefined>;
  /** Run the hook in a directory that is deleted before it starts. */
  inDeletedDirectory?: boolean;
  /** Added to the command line if a shell reads it. */
  redirect?: string;
  /** Kill the hook and its children after this time, in milliseconds. */
  killAfterMs?: number;
  /** The signal for that (default: SIGKILL). */
  signal?: Deno.Signal;
  /** Kill only the process that was started, and not its children. */
  killsAlone?: boolean;
}

/** The result of a hook for its host. */
export interface HostReport {
  code: number;
  /** Stdout and stderr, read to their ends, as agents do. */
  output: string;
  /** The error of writing to the hook. */
  writeError: unknown;
}

/** The installed command as one line for a shell. */
export function commandLine(agent: Agent): string {
  return [...programCommand(), ...wordsOf(agent)]
    .map((word) => `'${word}'`).join(" ");
}

/** A host with a running hook. */
export interface Host {
  /** Settles when the host has written its first piece, if it writes any. */
  begun: Promise<unknown>;
  report: Promise<HostReport>;
}

/**
 * Runs hosts at the same time. Each host writes before the next one starts its hook, because a busy
 * machine may start them more slowly than a hook waits for its input.
 */
export async function runTogether(
  starts: readonly (() => Host)[],
): Promise<HostReport[]> {
  const reports: Promise<HostReport>[] = [];
  for (const start of starts) {
    const { begun, report } = start();
    reports.push(report);
    await begun;
  }
  return await Promise.all(reports);
}

/** Starts the hook of an agent. */
export function startAsAgent(
  agent: Agent,
  home: Home,
  options: HostOptions = {},
): Host {
  return startCommand(hostCommand(agent, home, options), home, options);
}

/** Runs the hook of an agent once. */
export async function runAsAgent(
  agent: Agent,
  home: Home,
  options: HostOptions = {},
): Promise<HostReport> {
  return await startAsAgent(agent, home, options).report;
}

/** Starts a command line as a host starts its hook. */
export function startCommand(
  line: readonly string[],
  home: Home,
  options: HostOptions = {},
): Host {
  const [program = "", ...args] = line;
  const child = new Deno.Command(program, {
    args,
    cwd: home.workspace,
    clearEnv: true,
    env: hostEnvironment(home, options.env),
    detached: true, // a process group of its own, as agents give to what they may have to kill
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const begun = Promise.withResolvers<void>();
  const report = host(child, options, () => begun.resolve());
  return { begun: begun.promise, report };
}

async function host(
  child: Deno.ChildProcess,
  options: HostOptions,
  onBegun: () => void,
): Promise<HostReport> {
  const target = options.killsAlone ? child.pid : -child.pid;
  const killer = setTimeout(
    () => kill(target, options.signal ?? "SIGKILL"),
    options.killAfterMs ?? PATIENCE_MS,
  );
  const writer = child.stdin.getWriter();
  const [writeError, stdout, stderr, status] = await Promise.all([
    feed(writer, options, onBegun),
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.status,
  ]);
  clearTimeout(killer);
  await writer.close().catch(() => {});
  return {
    code: status.code,
    output: stdout + withoutShell(stderr),
    writeError,
  };
}

/**
 * Messages of the shell itself: that the directory does not exist, or that the system profile finds
 * no programs on an empty PATH.
 */
const SHELLS_OWN =
  /^(?:.*getcwd.*|error: Could not determine current .*|\/bin\/sh: \d+: (?:id|\[): .*)\n/gm;

function withoutShell(stderr: string): string {
  return stderr.replaceAll(SHELLS_OWN, "");
}

function hostCommand(
  agent: Agent,
  home: Home,
  { inDeletedDirectory = false, redirect }: HostOptions,
): string[] {
  const shell = redirect === undefined ? agent.shell : ["/bin/sh", "-c"];
  const command = shell === null
    ? [...programCommand(), ...wordsOf(agent)]
    : [...shell, `${commandLine(agent)} ${redirect ?? ""}`];
  if (!inDeletedDirectory) return command;
  const folder = `${home.root}/gone`;
  const enter = `mkdir -p '${folder}' && cd '${folder}' && rmdir '${folder}'`;
  return ["/bin/sh", "-c", `${enter}; exec "$0" "$@"`, ...command];
}

function hostEnvironment(
  home: Home,
  extra: HostOptions["env"] = {},
): Record<string, string> {
  const all: Record<string, string | undefined> = {
    HOME: `${home.root}/user`,
    KAIZEN_HOME: home.home,
    KAIZEN_NO_START: "1",
    PATH: Deno.env.get("PATH"),
    DENO_DIR: Deno.env.get("DENO_DIR"),
    KAIZEN_DEPS: Deno.env.get("KAIZEN_DEPS"),
    ...extra,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]]
    ),
  );
}

async function feed(
  writer: WritableStreamDefaultWriter<Uint8Array>,
  { writes = [], pauseMs = 0, leavesOpen = false }: HostOptions,
  onBegun: () => void,
): Promise<unknown> {
  try {
    for (const piece of writes) {
      await writer.write(
        typeof piece === "string" ? new TextEncoder().encode(piece) : piece,
      );
      onBegun();
      if (pauseMs > 0) {
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
    if (!leavesOpen) await writer.close();
    return null;
  } catch (error) {
    return error;
  } finally {
    onBegun();
  }
}

function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // it has ended
  }
}

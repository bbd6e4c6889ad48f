// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Starts our daemon in the background and waits until it can be reached.
 * @module
 */
import { TimedOutError } from "../client/mod.ts";
import {
  expiry,
  HomeBusyError,
  HomeError,
  lookAt,
  type Paths,
  StartError,
  systemReason,
} from "../context/mod.ts";
import { LastWords } from "./last_words.ts";
import { prepareHome } from "./prepare_home.ts";
import { probe } from "./probe.ts";
import { parseReadyLine, type ReadyLine } from "./ready_line.ts";
import type { SelfCommand } from "./self_command.ts";
import { spawnDaemon } from "./spawn_daemon.ts";

/** How long a daemon may take until it is ready, in milliseconds. */
const READY_MS = 10_000;
/** The most that is read of a child's first line, in characters. */
const MAX_LINE_CHARS = 64 * 1024;

/** The daemon that can be reached now. */
export interface StartResult {
  /** False if one was running already. */
  started: boolean;
  pid: number;
  socket: string;
  log: string;
}

/** Which daemon to start, and how long to wait. */
export interface StartOptions {
  paths: Pick<Paths, "home" | "socket" | "log">;
  /** The program; by default this one. */
  command?: SelfCommand;
  readyMs?: number;
}

/**
 * Starts our daemon in the background, unless one answers, and waits until it can be reached.
 *
 * @throws {HomeBusyError} If another process holds the home and does not answer.
 * @throws {HomeError} If home, socket, log or store cannot be used.
 * @throws {StartError} If the daemon died first, with its last words.
 * @throws {TimedOutError} If the daemon was not ready in time.
 */
export async function startDaemon(
  options: StartOptions,
): Promise<StartResult> {
  const { paths, readyMs = READY_MS } = options;
  prepareHome(paths.home);
  const { socket, log } = paths;
  const peer = await probe(socket);
  if (peer.state === "alive") {
    return { started: false, pid: peer.pid, socket, log };
  }
  const words = new LastWords(paths.home);
  const child = spawn(options);
  const text = await firstLine(child.stdout, readyMs);
  if (text === "") throw await died(child, words);
  child.unref();
  if (text === null) {
    throw new TimedOutError(
      `Cannot wait for the daemon any longer: it was not ready within ${readyMs} ms; see "${log}"`,
    );
  }
  const line = parseReadyLine(text);
  if (line === null) {
    throw new StartError(`Cannot start a daemon: it printed ${text}`);
  }
  if (line.ready) {
    return { started: true, pid: line.pid, socket: line.socket, log: line.log };
  }
  if (line.answers && line.pid !== null) {
    return { started: false, pid: line.pid, socket, log };
  }
  throw failure(line);
}

function spawn(options: StartOptions): Child {
  try {
    const { paths, command } = options;
    return spawnDaemon({
      paths,
      stdout: "piped",
      ...command === undefined ? {} : { command },
    });
  } catch (error) {
    const { home } = options.paths;
    if (lookAt(home) !== null) {
      throw new StartError(`Cannot start a daemon: ${systemReason(error)}`);
    }
    throw new HomeError(
      `Cannot start a daemon in "${home}" as it was removed at the same time: try again`,
      { cause: error },
    );
  }
}

type Child = Deno.ChildProcess;

function failure(line: ReadyLine & { ready: false }): Error {
  if (line.exit === 73) return new HomeBusyError(line.pid, line.message);
  // The cause stands for the system's refusal, which the line only puts into words.
  if (line.exit === 74) return new HomeError(line.message, { cause: line });
  return new StartError(`Cannot start a daemon: ${line.message}`);
}

async function died(child: Child, words: LastWords): Promise<StartError> {
  const { code, signal } = await child.status;
  const how = signal === null ? `with exit ${code}` : `by ${signal}`;
  const said = words.read();
  return new StartError(
    `Cannot start a daemon: it ended ${how} before it was ready${
      said === "" ? "" : `: ${said}`
    }`,
  );
}

/**
 * Reads up to the first line feed, or the end, and closes the pipe.
 *
 * @returns The line, "" if there is none, or null if it does not come in time.
 */
async function firstLine(
  stream: ReadableStream<Uint8Array>,
  timeoutMs: number,
): Promise<string | null> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  const late = expiry(timeoutMs).then(() => null);
  try {
    let text = "";
    while (!text.includes("\n") && text.length < MAX_LINE_CHARS) {
      const next = await Promise.race([reader.read(), late]);
      if (next === null) return null;
      if (next.done) break;
      text += next.value;
    }
    return text.slice(0, text.indexOf("\n") + 1);
  } finally {
    await reader.cancel();
  }
}

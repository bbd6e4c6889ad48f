// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Queries the status of the daemon, and reads the spool directly.
 * @module
 */
import {
  ask,
  HELLO,
  NotRunningError,
  ProtocolError,
  TimedOutError,
} from "../../client/mod.ts";
import { errorMessage, pause } from "../../context/mod.ts";
import type { OddFile } from "../../launch/mod.ts";
import { type SpoolStatus, surveySpool } from "../../spool/mod.ts";
import { clientOptions, STATUS_TIMEOUT_MS } from "../ask/ask.ts";
import type { Run } from "../shell/cli.ts";
import { EXIT, type ExitCode } from "../shell/exit_codes.ts";
import { printJson, printLines } from "../shell/print.ts";
import type { DaemonState, StatusOptions } from "./options.ts";

/** Polling interval of --wait in milliseconds. */
const WAIT_STEP_MS = 50;

/**
 * Prints the status.
 *
 * @returns 0 if the daemon is running, 3 if it is stopped, 4 if it does not answer.
 */
export async function runStatus(
  options: StatusOptions,
  run: Run,
): Promise<ExitCode> {
  const { home, socket, spool: folder } = run.settings.paths();
  let spool: SpoolStatus | undefined;
  const look = () => spool = surveySpool(folder, run.context.env);
  const { waitMs } = options;
  // Reads the spool while the daemon answers. With --wait, reads it once, at the end.
  const onSent = waitMs === null ? look : undefined;
  const found = await hideToken(await askUntil(run, waitMs, onSent), options);
  spool ??= look();
  if (found.state === "stopped") {
    const { correctSpool } = await import("../spool/correct_spool.ts");
    spool = await correctSpool(spool, home);
  }
  if (run.settings.format === "text") {
    const { renderStatus } = await import("./print.ts");
    await printLines(run, renderStatus(found, { spool, run }));
  } else await printJson(run, describe(found, { socket, spool }));
  return EXITS[found.state];
}

const EXITS = {
  running: EXIT.ok,
  stopped: EXIT.notRunning,
  hung: EXIT.timedOut,
} as const;

async function askUntil(
  run: Run,
  waitMs: number | null,
  onSent: (() => void) | undefined,
): Promise<DaemonState> {
  const end = performance.now() + (waitMs ?? 0);
  while (true) {
    const isLast = () => performance.now() >= end;
    try {
      const found = await askOnce(run, onSent);
      if (found.state === "running" || isLast()) return found;
    } catch (error) {
      // A daemon that is stopping closes the connection; wait for the next one.
      if (!(error instanceof ProtocolError) || isLast()) throw error;
    }
    await pause(WAIT_STEP_MS);
  }
}

/** Sends both requests at once, as each needs its own connection. */
async function askOnce(
  run: Run,
  onSent: (() => void) | undefined,
): Promise<DaemonState> {
  const client = clientOptions(run, STATUS_TIMEOUT_MS);
  const [hello, status] = await Promise.allSettled([
    ask(HELLO, client),
    ask({ type: "status" }, { ...client, onSent }),
  ]);
  if (hello.status === "fulfilled" && status.status === "fulfilled") {
    return { state: "running", hello: hello.value, status: status.value };
  }
  // Report the more specific of two failures: a rejected answer, then a timeout, then no daemon.
  const reasons: unknown[] = [hello, status].flatMap((it) =>
    it.status === "rejected" ? [it.reason] : []
  );
  for (const reason of reasons) {
    if (
      !(reason instanceof NotRunningError || reason instanceof TimedOutError)
    ) throw reason;
  }
  const late = reasons.find((reason) => reason instanceof TimedOutError);
  const reason = late ?? reasons[0];
  const words = errorMessage(reason);
  if (late !== undefined) return { state: "hung", reason: words, fault: null };
  const { findHolder, listOddFiles, readLastFailure, whyNoDaemon } =
    await import("../../launch/mod.ts");
  const { home, lock, log } = run.settings.paths();
  const pid = findHolder(lock);
  if (pid !== null) {
    return {
      state: "hung",
      reason: `Process ${pid} holds the home, but cannot be reached: ${
        words.replace("The daemon is not running: ", "")
      }`,
      fault: null,
    };
  }
  const fault = whyNoDaemon(home) ?? whyNoFile(listOddFiles(home)) ??
    readLastFailure(log);
  return { state: "stopped", reason: words, fault };
}

/** Explains which file keeps a daemon from starting; null if none does. */
function whyNoFile(odd: readonly OddFile[]): string | null {
  const one = odd.find(({ isNeeded }) => isNeeded);
  return one === undefined
    ? null
    : `Cannot use "${one.path}" as ${one.why}: run kaizen doctor`;
}

async function hideToken(
  found: DaemonState,
  options: StatusOptions,
): Promise<DaemonState> {
  if (found.state !== "running" || options.showsToken) return found;
  if (!found.status.web?.token) return found;
  const { redactToken } = await import("./redact_token.ts");
  return { ...found, status: redactToken(found.status) };
}

interface Surroundings {
  socket: string;
  spool: SpoolStatus;
}

function describe(
  found: DaemonState,
  { socket, spool }: Surroundings,
): Record<string, unknown> {
  if (found.state !== "running") {
    const running = found.state === "hung" ? null : false;
    const { fault } = found;
    return { running, socket, ...fault === null ? {} : { fault }, spool };
  }
  const { type: _type, ...status } = found.status;
  // These come first, and fields of the daemon must not replace them.
  const ours = { running: true, socket };
  const { proto_version, daemon_version, workspaces } = found.hello;
  return {
    ...ours,
    ...status,
    ...ours,
    proto_version,
    daemon_version,
    workspaces,
    spool,
  };
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks for a daemon: whether one answers, not only whether a file or a process is there.
 * @module
 */
import { ask, HELLO } from "../../client/mod.ts";
import { lookAt, parentOf, pause, whyReplaceable } from "../../context/mod.ts";
import {
  findHolder,
  probe,
  type ProbeResult,
  readLastFailure,
} from "../../launch/mod.ts";
import { formatAgo, formatSpan } from "../../output/mod.ts";
import { type AnswerOf, KAIZEN_VERSION } from "../../proto/mod.ts";
import { surveySpool } from "../../spool/mod.ts";
import { clientOptions, READ_TIMEOUT_MS } from "../ask/ask.ts";
import type { Run } from "../shell/cli.ts";
import { quoteWord } from "../shell/quote_word.ts";
import { isFull, MAKE_ROOM, repairDisk } from "./check_disk.ts";
import { type Finding, Report } from "./finding.ts";

const START = "kaizen daemon start --background";
const RESTART = "kaizen daemon restart";
/** The owner may connect. */
const MAY_USE = 0o600;
/**
 * How long a process that holds the home may take to answer, in milliseconds. One that stops lets
 * go within two seconds; one that starts or is busy answers soon.
 */
const PATIENCE_MS = 2_500;
/** Time between two looks at it, in milliseconds. */
const RETRY_MS = 25;

/** Checks the socket, the lock, and the versions of the daemon and of this program. */
export async function checkDaemon(report: Report, run: Run): Promise<void> {
  const { home, socket, lock, log, spool } = run.settings.paths();
  const file = lookAt(socket);
  const word = quoteWord(socket);
  const isUsual = socket === `${home}/daemon.sock`;
  if (file !== null && !file.isSocket) {
    return report.fault(
      `${socket} is not a socket, so no daemon can listen there`,
      isUsual ? `mv ${word} ${word}.old` : "leave out --socket and KAIZEN_SOCK",
    );
  }
  const why = whyReplaceable(parentOf(socket));
  if (why !== null) {
    return report.fault(
      `A daemon at ${socket} is not asked, as ${why}`,
      "close that folder to other users, then kaizen doctor",
    );
  }
  if (file !== null && ((file.mode ?? MAY_USE) & MAY_USE) !== MAY_USE) {
    return report.fault(
      `${socket} cannot be used by its owner: its mode is wrong`,
      `chmod 600 ${word}`,
    );
  }
  const { found, holder } = await settle(socket, lock);
  if (found.state === "unclear") {
    return report.fault(
      `A process listens at ${socket} and does not answer: ${found.why}`,
      holder === null ? START : `kill -9 ${holder}; ${START}`,
    );
  }
  if (found.state === "dead") {
    if (holder !== null) {
      const kill = `kill ${holder}; ${START}`;
      return report.fault(
        `Process ${holder} holds ${lock}, but nothing listens at ${socket}`,
        isUsual
          ? kill
          : `leave out --socket and KAIZEN_SOCK, or give that daemon's; if it still does not answer: ${kill}`,
      );
    }
    const fault = readLastFailure(log);
    if (fault !== null) {
      return report.fault(
        `No daemon runs, as the last one failed: ${fault}`,
        `once that is repaired: ${START}`,
      );
    }
    const { reason } = surveySpool(spool, run.context.env);
    const ofDisk = repairDisk(home, reason);
    return ofDisk === null
      ? report.note(
        "No daemon runs: hooks start one, at most once a minute",
        START,
      )
      : report.note(`No daemon runs, and none can start: ${reason}`, ofDisk);
  }
  if (holder === null) {
    report.fault(
      `The daemon ${found.pid} does not hold ${lock}, so another one could start beside it`,
      RESTART,
    );
  }
  await tellVersions(report, found.pid, run);
}

/** Waits for a process that holds the home until it answers or lets go, or for too long. */
async function settle(
  socket: string,
  lock: string,
): Promise<{ found: ProbeResult; holder: number | null }> {
  const end = performance.now() + PATIENCE_MS;
  while (true) {
    const found = await probe(socket);
    const holder = findHolder(lock);
    if (
      found.state === "alive" || holder === null || performance.now() >= end
    ) return { found, holder };
    await pause(RETRY_MS);
  }
}

async function tellVersions(
  report: Report,
  pid: number,
  run: Run,
): Promise<void> {
  const client = clientOptions(run, READ_TIMEOUT_MS);
  const hello = await ask(HELLO, client);
  const status = await ask({ type: "status" }, client);
  report.ok(`Process ${pid} answers, up for ${formatSpan(status.uptime_ms)}`);
  tellLastError(status, report, run);
  report.findings.push(...compareVersions({
    daemon: hello.daemon_version,
    // The reference's daemon sends no size of a store.
    isOurs: status.store !== undefined,
    client: KAIZEN_VERSION,
  }));
}

/** An error needs repair until an event is stored after it. */
function tellLastError(
  { last_error, last_error_ms, last_stored_ms }: AnswerOf<"status">,
  report: Report,
  { settings, context }: Run,
): void {
  if (last_error === null) return;
  const { home, log } = settings.paths();
  const when = last_error_ms
    ? `, ${formatAgo(last_error_ms, context.now())}`
    : "";
  if (Number(last_stored_ms ?? -1) >= Number(last_error_ms ?? 0)) {
    return report.note(`Its last error${when}: ${last_error}`);
  }
  report.fault(
    `Its last error${when}, and nothing was stored since: ${last_error}`,
    isFull(home)
      ? MAKE_ROOM
      : last_error.includes(RESTART)
      ? RESTART
      : `tail ${quoteWord(log)}`,
  );
}

/** Versions to compare. */
interface Versions {
  daemon: string;
  isOurs: boolean;
  client: string;
}

function compareVersions({ daemon, isOurs, client }: Versions): Finding[] {
  const report = new Report("version");
  const protocol = "both speak the same protocol";
  if (!isOurs) {
    report.note(
      `The daemon is ${daemon} of another program; ${protocol}, but it cannot do all that this one asks`,
    );
  } else if (daemon !== client) {
    report.fault(
      `The daemon is ${daemon}, and this program is ${client}`,
      RESTART,
    );
  } else report.ok(`Daemon and program are ${client}`);
  return report.findings;
}

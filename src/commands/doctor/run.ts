// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs all checks, one after the other. One that fails in a way that it does not know is a finding,
 * and does not keep the others from being made.
 * @module
 */
import { errorMessage } from "../../context/mod.ts";
import type { Run } from "../shell/cli.ts";
import { EXIT, type ExitCode } from "../shell/exit_codes.ts";
import { printJson, printLines } from "../shell/print.ts";
import { checkConfigFile } from "./check_config_file.ts";
import { checkDaemon } from "./check_daemon.ts";
import { checkDisk } from "./check_disk.ts";
import { checkHome } from "./check_home.ts";
import { checkHooks } from "./check_hooks.ts";
import { checkSpool } from "./check_spool.ts";
import { checkStore } from "./check_store.ts";
import { checkTranscripts } from "./check_transcripts.ts";
import { type CheckName, CHECKS, type Finding, Report } from "./finding.ts";
import type { DoctorOptions } from "./options.ts";

/**
 * Prints what was found.
 *
 * @returns 0, or 1 if something needs repair.
 * @throws {UsageError | HomeError} If there is no usable path of a home.
 */
export async function runDoctor(
  options: DoctorOptions,
  run: Run,
): Promise<ExitCode> {
  run.settings.paths();
  const findings: Finding[] = [];
  let isClosed = false;
  for (const check of CHECKS) {
    if (isClosed && IN_HOME.has(check)) continue;
    const report = new Report(check);
    try {
      await WORK[check](report, run, options);
    } catch (error) {
      const message = errorMessage(error);
      report.fault(`Cannot look: ${message}`, "kaizen doctor -v");
    }
    findings.push(...report.findings);
    isClosed ||= report.isClosed;
  }
  const isWell = findings.every(({ level }) => level !== "fault");
  if (run.settings.format === "text") {
    const { renderDoctor } = await import("./print.ts");
    await printLines(run, renderDoctor(findings, run));
  } else await printJson(run, { ok: isWell, findings });
  return isWell ? EXIT.ok : EXIT.notFound;
}

/** Checks that would fail in a home that cannot be used. */
const IN_HOME: ReadonlySet<CheckName> = new Set([
  "daemon",
  "version",
  "spool",
  "store",
  "config",
]);

type CheckWork = (
  report: Report,
  run: Run,
  options: DoctorOptions,
) => Promise<void> | void;

const WORK = {
  home: checkHome,
  disk: checkDisk,
  daemon: checkDaemon,
  // The daemon sends its version while it is asked whether it lives.
  version: () => {},
  spool: checkSpool,
  store: checkStore,
  config: checkConfigFile,
  hooks: checkHooks,
  transcripts: checkTranscripts,
} satisfies Record<typeof CHECKS[number], CheckWork>;

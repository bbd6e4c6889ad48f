// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs the command that the user gave to `kaizen wait`.
 * @module
 */
import { systemReason } from "../../context/mod.ts";
import { describeState } from "../../output/mod.ts";
import type { Run } from "../shell/cli.ts";
import { printNote } from "../shell/print.ts";
import type { WaitResult } from "./print.ts";

/** Path of a shell on every system. */
const SHELL = "/bin/sh";
/** The output of the command is not our result, so it goes to stderr. */
const SCRIPT = 'exec 1>&2; eval "$1"';

/**
 * Runs a shell command with the facts of a session in its environment, and waits for its end. A
 * command that fails is noted on stderr and changes no exit code.
 *
 * @param command Null: nothing is run.
 */
export async function runCommand(
  command: string | null,
  outcome: WaitResult,
  run: Run,
): Promise<void> {
  if (command === null) return;
  const { context } = run;
  try {
    const { code } = await new Deno.Command(SHELL, {
      args: ["-c", SCRIPT, "kaizen", command],
      env: factsOf(outcome, context.env("HOME")),
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    }).output();
    if (code !== 0) await printNote(run, `the command exited with ${code}`);
  } catch (error) {
    await printNote(run, `cannot run the command: ${systemReason(error)}`);
  }
}

/** The session's facts. A variable cannot hold a zero byte. */
function factsOf(
  { outcome, session }: WaitResult,
  home: string | undefined,
): Record<string, string> {
  const { id, agent, workspace, title, activity } = session;
  const place = workspace.slice(workspace.lastIndexOf("/") + 1);
  const facts = {
    OUTCOME: outcome,
    SESSION: id,
    AGENT: agent,
    WORKSPACE: workspace,
    TITLE: title ?? "",
    TOOL: activity?.tool ?? "",
    MESSAGE: activity?.message ?? "",
    SUMMARY: `${agent} in ${place}: ${describeState(session, null)}`,
  };
  return {
    // The launchers give the runtime another one.
    ...home === undefined ? {} : { HOME: home },
    ...Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [
        `KAIZEN_WAIT_${name}`,
        value.replaceAll("\0", ""),
      ]),
    ),
  };
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Lets the system start the daemon with the user's session, or no longer.
 * @module
 */
import { type Context, programPath, UsageError } from "../../context/mod.ts";
import {
  type AgentFile,
  AgentFileError,
  readAgentFile,
  writeAgentFile,
} from "../../hooks/mod.ts";
import { selfCommand } from "../../launch/mod.ts";
import type { Run } from "../shell/cli.ts";
import { FileError, NotFoundError } from "../shell/errors.ts";
import { EXIT, type ExitCode } from "../shell/exit_codes.ts";
import { printJson, printPlainLines } from "../shell/print.ts";
import { stopDaemon } from "../stop/run.ts";
import {
  AGENT_NAME,
  makeLaunchAgent,
  makeUnit,
  type ServiceCommand,
  UNIT_NAME,
} from "./service_file.ts";

/** A service of one system. */
interface ServiceKind {
  /** Path of its file. */
  path: string;
  make: (command: ServiceCommand) => string;
  /** Command lines that start it, now and at each login. */
  enable: string[][];
  /** Command lines that stop it for good, before its file is removed and after it. */
  disable: string[][];
  forget: string[][];
}

/** A part of each file that `makeUnit` and `makeLaunchAgent` make. */
const OUR_MARK = "kaizen daemon install";

/**
 * Writes the file of the service, and starts it in the place of a daemon that runs.
 *
 * @returns `EXIT.notRunning` if it was not started.
 * @throws {FileError} If another file has its name, or it cannot be written.
 */
export async function runServiceInstall(run: Run): Promise<ExitCode> {
  const { context, settings } = run;
  const { path, make, enable } = findService(context);
  const { home } = settings.paths();
  const text = make({
    program: selfCommand().program,
    home: home === `${context.env("HOME")}/.kaizen` ? null : home,
  });
  const file = readOwn(path);
  const isChanged = file.text !== text;
  if (isChanged) guard(() => writeAgentFile(file, text));
  // The service could not take the home from it.
  const { was_running } = await stopDaemon({ waits: true }, run);
  const failure = await runAll(enable, context);
  if (settings.format !== "text") {
    await printJson(run, {
      installed: true,
      changed: isChanged,
      path,
      started: failure === null,
      reason: failure,
    });
  } else {
    const stopped = was_running
      ? [
        "The daemon that ran was stopped: a hook or kaizen daemon start --background starts one.",
      ]
      : [];
    await printPlainLines(run, [
      isChanged ? `Wrote ${path}` : `Unchanged: ${path}`,
      ...failure === null ? ["The daemon runs, and starts when you log in."] : [
        `It was not started: ${failure}`,
        `  try: ${enable.map((words) => words.join(" ")).join(" && ")}`,
        ...stopped,
      ],
    ]);
  }
  return failure === null ? EXIT.ok : EXIT.notRunning;
}

/**
 * Stops the service and removes its file.
 *
 * @throws {NotFoundError} If there is none.
 * @throws {FileError} If another file has its name, or it cannot be removed.
 */
export async function runServiceUninstall(run: Run): Promise<void> {
  const { path, disable, forget } = findService(run.context);
  const file = readOwn(path);
  if (file.text === null) {
    throw new NotFoundError(
      `There is no service of kaizen: no file ${path}`,
      "daemon install",
    );
  }
  await runAll(disable, run.context);
  guard(() => writeAgentFile(file, null));
  await runAll(forget, run.context);
  if (run.settings.format !== "text") {
    return await printJson(run, { installed: false, path });
  }
  await printPlainLines(run, [`Removed ${path}`]);
}

/** @throws {UsageError} If HOME is unset. */
function findService(context: Pick<Context, "env">): ServiceKind {
  const user = context.env("HOME");
  if (user === undefined) {
    throw new UsageError(
      "Cannot find a place for the service: HOME is not set",
    );
  }
  if (Deno.build.os === "darwin") {
    const domain = `gui/${Deno.uid()}`;
    const path = `${user}/Library/LaunchAgents/${AGENT_NAME}.plist`;
    return {
      path,
      make: makeLaunchAgent,
      enable: [["launchctl", "bootstrap", domain, path]],
      disable: [["launchctl", "bootout", `${domain}/${AGENT_NAME}`]],
      forget: [],
    };
  }
  const systemctl = (...words: string[]) => ["systemctl", "--user", ...words];
  const settings = context.env("XDG_CONFIG_HOME") ?? `${user}/.config`;
  return {
    path: `${settings}/systemd/user/${UNIT_NAME}`,
    make: makeUnit,
    enable: [
      systemctl("daemon-reload"),
      systemctl("enable", "--now", UNIT_NAME),
    ],
    disable: [systemctl("disable", "--now", UNIT_NAME)],
    forget: [systemctl("daemon-reload")],
  };
}

/** Runs command lines until one fails; returns why it did, or null. */
async function runAll(
  lines: readonly string[][],
  { env }: Pick<Context, "env">,
): Promise<string | null> {
  for (const [program = "", ...args] of lines) {
    try {
      const { success, stderr } = await new Deno.Command(program, {
        args,
        env: { PATH: programPath(env("PATH")) },
        stdin: "null",
        stdout: "null",
      }).output();
      if (success) continue;
      const [line = ""] = new TextDecoder().decode(stderr).trim().split("\n");
      return `${program} failed: ${line}`;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return `there is no ${program}`;
    }
  }
  return null;
}

/** Reads the file, which is ours or missing. */
function readOwn(path: string): AgentFile {
  const file = guard(() => readAgentFile(path));
  if (file.text?.includes(OUR_MARK) ?? true) return file;
  throw new FileError(
    `Cannot use "${path}" as kaizen has not written it: move it away first`,
  );
}

function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof AgentFileError
      ? new FileError(error.message)
      : error;
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Other users, whom only root can become.
 * @module
 */
import { Process } from "./_process.ts";
import {
  type Finished,
  type Home,
  programCommand,
  RUN_PATIENCE_MS,
} from "./harness.ts";

/** Ids of users that no machine has. */
export const ALICE = 54_321;
export const MALLORY = 54_322;

/** Whether this process can become another user, and that user can run the program. */
export async function hasUsers(): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const args = ["-x", ...programCommand().slice(0, 1)];
  const options = { args, uid: ALICE, gid: ALICE, cwd: "/" };
  return (await new Deno.Command("test", options).output()).success;
}

/** Makes a folder of a user, private unless a mode is given. */
export async function makeFolder(
  path: string,
  uid: number,
  mode = 0o700,
): Promise<string> {
  await Deno.mkdir(path);
  await Deno.chmod(path, mode);
  await Deno.chown(path, uid, uid);
  return path;
}

/** How a user runs the program. */
export interface UserOptions {
  stdin?: string;
  env?: Record<string, string>;
  /** Program and first arguments (default: the program under test). */
  program?: readonly string[];
}

/**
 * Runs the program as a user, in the user's own HOME, which is made on the first run.
 *
 * @param uid 0 is root, which is this process's own user.
 */
export async function runAs(
  uid: number,
  args: readonly string[],
  home: Home,
  options: UserOptions = {},
): Promise<Finished> {
  const own = await homeOf(uid, home);
  const process = new Process({
    line: [...options.program ?? programCommand(), ...args],
    uid,
    cwd: "/",
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: own,
      KAIZEN_NO_START: "1",
      ...options.env,
    },
    stdin: options.stdin ?? "",
    patienceMs: RUN_PATIENCE_MS,
  });
  return await process.ended;
}

/** Returns the HOME of a user, and makes it. */
export async function homeOf(uid: number, { root }: Home): Promise<string> {
  await Deno.chmod(root, 0o755);
  const path = `${root}/home-${uid}`;
  try {
    await makeFolder(path, uid);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  return path;
}

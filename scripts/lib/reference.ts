// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds the reference's program, which tests/interop compares with.
 * @module
 */
import { ROOT } from "./project.ts";

/** The version that the protocol of this project is compared with. */
export const REFERENCE_VERSION = "0.1.46";
/** The folder that `scripts/interop --install` installs to; git ignores it. */
export const REFERENCE_FOLDER = `${ROOT}/.reference`;
/** Its name on PATH: a program called `kaizen` could be ours. */
const NAME_ON_PATH = "kaizen-reference";

/** The reason why there is nothing to compare with. */
export const NO_REFERENCE =
  `there is no reference daemon to compare with: KAIZEN_REFERENCE names none, ${NAME_ON_PATH} is not on PATH, and scripts/interop --install was not run`;

/**
 * Returns the absolute path of the reference: the program that `KAIZEN_REFERENCE` names, else the
 * one on PATH, else the installed one.
 *
 * @returns `null` if there is none.
 * @throws {Error} If `KAIZEN_REFERENCE` names no file.
 */
export async function findReference(
  env: (name: string) => string | undefined,
): Promise<string | null> {
  const named = env("KAIZEN_REFERENCE");
  if (named) {
    const path = named.startsWith("/") ? named : `${Deno.cwd()}/${named}`;
    if (await isFile(path)) return path;
    throw new Error(`KAIZEN_REFERENCE names no file: ${named}`);
  }
  const folders = (env("PATH") ?? "").split(":").filter((it) => it !== "");
  const paths = [
    ...folders.map((folder) => `${folder}/${NAME_ON_PATH}`),
    `${REFERENCE_FOLDER}/bin/kaizen`,
  ];
  for (const path of paths) if (await isFile(path)) return path;
  return null;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds the Python whose packages tests/interop reads columns with.
 * @module
 */
import { REFERENCE_FOLDER } from "./reference.ts";

/** The packages of PyPI that read Arrow, Parquet and CSV, at the versions that are tested. */
export const READER_PACKAGES: readonly string[] = [
  "duckdb==2.0.1",
  "polars==2.1.0",
  "pyarrow==26.0.1",
];
/** The virtual environment that `scripts/interop --install-readers` makes. */
export const READERS_FOLDER = `${REFERENCE_FOLDER}/readers`;

/** The reason why there is nothing that reads columns. */
export const NO_READERS =
  "there is nothing to read columns with: KAIZEN_READERS names no Python that has pyarrow, polars and duckdb, and scripts/interop --install-readers was not run";

/**
 * Returns the path of a Python with the packages: the one that `KAIZEN_READERS` names, else the
 * installed one.
 *
 * @returns `null` if there is none, or it lacks a package.
 */
export async function findReaders(
  env: (name: string) => string | undefined,
): Promise<string | null> {
  const path = env("KAIZEN_READERS") || `${READERS_FOLDER}/bin/python`;
  try {
    const { success } = await new Deno.Command(path, {
      args: ["-c", "import duckdb, polars, pyarrow"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return success ? path : null;
  } catch {
    return null;
  }
}

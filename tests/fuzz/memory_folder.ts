// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A temporary folder, in memory where the system has such a place: a disk takes ten times as long.
 * @module
 */

/** Makes a temporary folder. */
export async function makeMemoryFolder(): Promise<string> {
  const prefix = "kaizen-fuzz-";
  try {
    return await Deno.makeTempDir({ dir: "/dev/shm", prefix });
  } catch {
    return await Deno.makeTempDir({ prefix });
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds out whether the spool could keep an event now, by writing one.
 * @module
 */
import { removeIfThere, writeWhole } from "./durable_file.ts";
import { shortReason } from "./errors.ts";
import { nearestFolder } from "./place.ts";

/** The size of a typical event, so that a full disk shows; in bytes. */
const PROBE_BYTES = 4096;
const PREFIX = ".probe-";

/**
 * Explains why no file can be written in `folder`, or at the place where it would be made; null if
 * one can.
 */
export function whyUnwritable(folder: string): string | null {
  try {
    const nearest = nearestFolder(folder);
    if (nearest === folder) writeProbe(folder);
    else {Deno.removeSync(
        Deno.makeTempDirSync({ dir: nearest, prefix: PREFIX }),
      );}
    return null;
  } catch (error) {
    return shortReason(error);
  }
}

function writeProbe(folder: string): void {
  const path = `${folder}/${PREFIX}${Deno.pid}-${Math.random()}`;
  using file = Deno.openSync(path, {
    createNew: true,
    write: true,
    mode: 0o600,
  });
  try {
    writeWhole(file, new Uint8Array(PROBE_BYTES));
  } finally {
    removeIfThere(path);
  }
}

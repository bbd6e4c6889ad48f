// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tells whether hooks use the spool of a home.
 * @module
 */
import { isPrivate, lookAt } from "../../context/mod.ts";
import type { SpoolStatus } from "../../spool/mod.ts";

/**
 * Corrects what a spool's folder tells: hooks keep no event where no daemon could use the home.
 * They do behind a link, where a daemon is once given the folder itself.
 */
export async function correctSpool(
  spool: SpoolStatus,
  home: string,
): Promise<SpoolStatus> {
  const found = spool.writable ? lookAt(home) : null;
  if (found === null || found.isSymlink || isPrivate(found)) return spool;
  const { whyNoDaemon } = await import("../../launch/mod.ts");
  const reason = whyNoDaemon(home);
  return reason === null ? spool : { ...spool, writable: false, reason };
}

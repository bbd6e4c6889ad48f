// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tells whether hooks use the spool of a home.
 * @module
 */
import { isPrivate, lookAt, realPath } from "../../context/mod.ts";
import type { SpoolStatus } from "../../spool/mod.ts";

/**
 * Corrects what a spool's folder tells: hooks keep no event where no daemon could use the home.
 * They do behind a link to a home, where a daemon is once given the folder itself.
 */
export async function correctSpool(
  spool: SpoolStatus,
  home: string,
): Promise<SpoolStatus> {
  const folder = realPath(home) ?? home;
  const found = spool.writable ? lookAt(folder) : null;
  if (found === null || isPrivate(found)) return spool;
  const { whyNoDaemon } = await import("../../launch/mod.ts");
  const reason = whyNoDaemon(folder);
  return reason === null ? spool : { ...spool, writable: false, reason };
}

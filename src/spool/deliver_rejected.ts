// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Retries the events that were set aside.
 * @module
 */
import {
  type DeliverOptions,
  type DeliverReport,
  type DeliverySource,
  type Stop,
  takeLock,
} from "./deliver.ts";
import { removeIfThere } from "./durable_file.ts";
import { takeEvent } from "./event_file.ts";
import { listRejected, REJECTED_FOLDER } from "./listing.ts";
import { decodeRejected } from "./rejected.ts";
import type { Sender } from "./sender.ts";

/**
 * Sends each rejected request once. An input that is no event stays, and so does a request that
 * fails again.
 */
export async function deliverRejected(
  spool: DeliverySource,
  sender: Sender,
  options: Pick<DeliverOptions, "signal">,
): Promise<DeliverReport> {
  const signal = options.signal ?? new AbortController().signal;
  let delivered = 0;
  const report = (stopped: Stop, reason: string | null) => {
    const rejected = listRejected(spool.folder).length;
    return { delivered, rejected, stopped, reason };
  };
  const names = listRejected(spool.folder);
  if (names.length === 0) return report("empty", null);
  using lock = takeLock(spool);
  if (lock === null) return report("busy", "another delivery is on");
  let failed: string | null = null;
  for (const name of names) {
    if (signal.aborted) return report("aborted", "out of time");
    const path = `${spool.folder}/${REJECTED_FOLDER}/${name}`;
    const file = takeEvent(path);
    if (file === null) continue;
    const { about, bytes } = decodeRejected(file);
    const invalid = about.kind === "input"
      ? about.reason
      : spool.whyInvalid(bytes);
    if (invalid !== null) {
      failed ??= invalid;
      continue;
    }
    const { delivery, reason } = await sender.send(bytes, signal);
    if (delivery === "unreachable") return report("unreachable", reason);
    if (delivery === "acked") {
      removeIfThere(path);
      delivered++;
    } else failed ??= reason;
  }
  return report(failed === null ? "empty" : "failed", failed);
}

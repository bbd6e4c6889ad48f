// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How long a failure is news.
 * @module
 */

/** In milliseconds. */
const NEWS_MS = 24 * 60 * 60 * 1000;

/** Whether a failure is recent: highlighted, and to be repaired. */
export function isNews(ms: number, nowMs: number): boolean {
  return nowMs - ms < NEWS_MS;
}

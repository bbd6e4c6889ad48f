// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Keys of rows that belong to a session: its own key, then the row's number. So a session's rows stand together, in their order.
 * @module
 */

const NUMBER_BITS = 32n;

/** Greatest number of a row. Keys of sessions must stay below 2^31, for the whole to be a signed integer. */
export const MAX_ROW = 2 ** 32 - 1;

/** Returns the key of a session's row. */
export function rowKey(session: number, row: number): bigint {
  return (BigInt(session) << NUMBER_BITS) | BigInt(row);
}

/** Returns the keys of a session's first and last possible row. */
export function rowKeys(session: number): [first: bigint, last: bigint] {
  return [rowKey(session, 0), rowKey(session, MAX_ROW)];
}

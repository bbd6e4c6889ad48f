// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Numbers that both ends of the wire share.
 *
 * The limits of integers are literals, so that a bundler can drop those that are not used.
 * @module
 */

/** The only version of the protocol. `hello` carries it. */
export const PROTO_VERSION = 1;

/** Version of the CLI and the daemon. A test compares it with `deno.json`. */
export const KAIZEN_VERSION = "0.1.0";

/** Largest request body in bytes. The reference daemon refuses longer ones after the header. */
export const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/** Maximum number of events in one request. */
export const MAX_BATCH_LINES = 1024;

/**
 * Largest answer body in bytes, the greatest `u32` length. Answers are streamed, never held whole.
 */
export const MAX_ANSWER_BYTES = 0xffff_ffff;

/** Default maximum nesting of arrays and objects: the reference daemon's limit. */
export const MAX_DEPTH = 127;

/**
 * Maximum nesting of an event in a stream: two levels above its payload. A sum would keep the table
 * of answers in the bundle of hooks.
 */
export const MAX_EVENT_DEPTH = 129;

/** Maximum nesting of a detail: a span tree adds two levels for each call inside another. */
export const MAX_ANSWER_DEPTH = 100_000;

/** Greatest unsigned 64-bit integer, for the wire's times, offsets and limits. */
export const U64_MAX = 0xffff_ffff_ffff_ffffn;

/** Greatest and least signed 64-bit integer, for the wire's costs and SQLite's integers. */
export const I64_MAX = 0x7fff_ffff_ffff_ffffn;
export const I64_MIN = -0x8000_0000_0000_0000n;

/** Greatest unsigned 32-bit integer, for the wire's token counts and latencies. */
export const U32_MAX = 0xffff_ffffn;

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Numbers that both ends of the wire share.
 * @module
 */

/** The one version of the protocol there is; `hello` carries it. */
export const PROTO_VERSION = 1;

/** Version of this program, CLI and daemon alike; `deno.json` has the same (a test compares them). */
export const KAIZEN_VERSION = "0.1.0";

/** Largest request body in bytes: the reference daemon refuses longer ones right after the header. */
export const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/** Largest answer body in bytes: what the `u32` length can say. Answers are streamed, never held whole. */
export const MAX_ANSWER_BYTES = 0xffff_ffff;

/** Arrays and objects nested deeper than this are refused, unless said otherwise: the reference daemon's limit. */
export const MAX_DEPTH = 127;

/** How deep an answer may nest: a span tree adds two levels for each call that was open at once. */
export const MAX_ANSWER_DEPTH = 100_000;

/** Greatest unsigned 64-bit integer: the wire's times, offsets and limits. */
export const U64_MAX = 0xffff_ffff_ffff_ffffn;

/** Greatest and smallest signed 64-bit integer: the wire's costs, and how SQLite keeps a `u64`. */
export const I64_MAX = 0x7fff_ffff_ffff_ffffn;
export const I64_MIN = -0x8000_0000_0000_0000n;

/** Greatest unsigned 32-bit integer: the wire's token counts and latencies. */
export const U32_MAX = 0xffff_ffffn;

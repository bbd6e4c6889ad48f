// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The part of this folder that every hook loads: its bundle holds all that these files import, and each KiB of it costs 20 µs.
 * @module
 */
export * from "./ack.ts";
export * from "./encode_request.ts";
export * from "./hook_names.ts";
export * from "./join_bytes.ts";
export * from "./json_space.ts";
export * from "./json_text.ts";
export * from "./limits.ts";
export * from "./plain_object.ts";

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The protocol: wire types, limits, strict decoding and validation, and the one JSON scanner. Knows no sockets.
 * @module
 */
export * from "./limits.ts";
export * from "./wire.ts";

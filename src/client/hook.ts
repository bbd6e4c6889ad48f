// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The part of this folder that every hook loads: its bundle holds all that these files import, and each KiB of it costs 20 µs.
 * @module
 */
export { handOver } from "./hand_over.ts";

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The framing of the wire: a big-endian `u32` length, then that many bytes. This folder knows
 * nothing of their meaning.
 * @module
 */
export {
  encodeFrame,
  encodeHeader,
  FrameError,
  type FrameFault,
  readFrame,
  readShortFrame,
  REQUEST_READ_BYTES,
  streamFrame,
  type Wire,
  writeAll,
} from "./codec.ts";
export { streamFrames } from "./stream_frames.ts";

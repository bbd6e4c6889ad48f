// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Recognizes an ack, the only answer that a hook understands.
 * @module
 */

/** Whether an answer is an ack. An answer that is not valid JSON is not. */
export function isAck(bytes: Uint8Array): boolean {
  try {
    const answer: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof answer === "object" && answer !== null &&
      "type" in answer && answer.type === "ack";
  } catch {
    return false;
  }
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The one answer that a hook understands.
 * @module
 */

/** Whether an answer is an ack; one of which there is any doubt is not. */
export function isAck(bytes: Uint8Array): boolean {
  try {
    const answer: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof answer === "object" && answer !== null &&
      "type" in answer && answer.type === "ack";
  } catch {
    return false;
  }
}

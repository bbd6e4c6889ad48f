// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Secrets taken out of what a daemon says about itself.
 * @module
 */
import { type AnswerOf, decodeAnswer, encodeJson } from "../../proto/mod.ts";

const HIDDEN = "***";

/** Replaces `web.token` wherever a text of the answer holds it, URLs and their escaped form included. */
export function redactToken(status: AnswerOf<"status">): AnswerOf<"status"> {
  const token = status.web?.token ?? "";
  if (token === "") return status;
  const secrets = [encodeURIComponent(token), encodeURI(token), token];
  const redacted = mapTexts(
    status,
    (text) =>
      secrets.reduce(
        (hidden, secret) => hidden.replaceAll(secret, HIDDEN),
        text,
      ),
  );
  // Nothing but texts has changed, so it still is such an answer; the validator says so to the compiler.
  const bytes = new TextEncoder().encode(encodeJson(redacted));
  const answer = decodeAnswer(bytes);
  if (answer.type === "status") return answer;
  throw new TypeError("Cannot redact what is no status");
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((part) => mapTexts(part, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map((
      [key, part],
    ) => [key, key === "type" ? part : mapTexts(part, change)]),
  );
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Removes secrets from a status answer.
 * @module
 */
import { type AnswerOf, decodeAnswer, encodeJson } from "../../proto/mod.ts";

const HIDDEN = "***";

/** Replaces `web.token` in all strings of the answer, including its URL-encoded forms. */
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
  // Only strings have changed, so this is still a status answer; decoding it gives it that type.
  const bytes = new TextEncoder().encode(encodeJson(redacted));
  const answer = decodeAnswer(bytes);
  if (answer.type === "status") return answer;
  throw new TypeError("Cannot redact: the answer is not a status");
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

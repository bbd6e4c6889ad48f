// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Secrets taken out of what a daemon says about itself.
 * @module
 */

const HIDDEN = "***";

/** Replaces `web.token` wherever a text of the answer holds it, URLs and their escaped form included. */
export function redactToken(
  status: Record<string, unknown>,
): Record<string, unknown> {
  const { web } = status;
  if (typeof web !== "object" || web === null || !("token" in web)) {
    return status;
  }
  const { token } = web;
  if (typeof token !== "string" || token === "") return status;
  const secrets = [encodeURIComponent(token), encodeURI(token), token];
  return mapObject(
    status,
    (text) =>
      secrets.reduce(
        (hidden, secret) => hidden.replaceAll(secret, HIDDEN),
        text,
      ),
  );
}

function mapObject(
  value: object,
  change: (text: string) => string,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, mapTexts(part, change)]),
  );
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((part) => mapTexts(part, change));
  return typeof value === "object" && value !== null
    ? mapObject(value, change)
    : value;
}

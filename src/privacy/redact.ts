// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Secrets in texts, found by their form.
 * @module
 */

/**
 * Kinds of secrets with their forms: a prefix that its maker documents, so that ordinary text is
 * not taken for a secret, and the rest. They work on JSON text, too, also on JSON inside of a
 * string of JSON: no form contains a quote or ends inside an escape.
 */
const FORMS:
  readonly (readonly [kind: string, prefix: string, rest: string])[] = [
    ["Anthropic", "sk-ant-", String.raw`[\w-]{16,}`],
    ["OpenAI", "sk-", String.raw`(?:proj-|svcacct-|admin-)?[\w-]{20,}`],
    ["GitHub", "gh[pousr]_", String.raw`\w{30,}`],
    ["GitHub", "github_pat_", String.raw`\w{22,}`],
    ["GitLab", "gl(?:pat|ptt|dt|rt|cbt|soat)-", String.raw`[\w-]{20,}`],
    ["AWS", "(?:AKIA|ASIA|ABIA|ACCA)", String.raw`[A-Z0-9]{16}\b`],
    ["Slack", "xox[abeoprs]-", String.raw`[\w-]{10,}`],
    ["Google", "AIza", String.raw`[\w-]{35}`],
    ["Google", String.raw`(?:ya29\.|GOCSPX-)`, String.raw`[\w-]{20,}`],
    ["Stripe", "(?:sk|rk)_(?:live|test)_", String.raw`\w{16,}`],
    ["npm", "npm_", String.raw`\w{36}`],
    ["PyPI", "pypi-", String.raw`[\w-]{50,}`],
    ["Hugging Face", "hf_", String.raw`\w{30,}`],
    ["SendGrid", String.raw`SG\.`, String.raw`[\w-]{16,}\.[\w-]{16,}`],
    ["DigitalOcean", "do[opr]_v1_", "[0-9a-f]{64}"],
    // Only where a run of such letters begins, so that a long run is read once.
    ["token", "(?<!-)eyJ", String.raw`[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}`],
  ];

/**
 * A secret begins where a word does. The letter of an escape, such as that of a line feed in JSON,
 * and the end of a terminal's color are no part of the word.
 */
const START = String
  .raw`(?:(?<!\w)|(?<=\\[bfnrt]|\\u[0-9a-fA-F]{4}|(?:\x1b|\\u001b)\[[\d;]{0,9}m))`;
/**
 * Titles, summaries and errors are cut after 200 characters, maybe inside of a secret, and tables
 * cut with an ellipsis. The text between a prefix and such an end is taken for a secret.
 */
const CUT = String.raw`[\w.-]{0,200}(?:…|(?="|$)(?<=(?:[^"\\]|\\.){190}))`;

const KEY_LINE = String.raw`[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----`;
/** Longest private key that is found by its end, in characters. A key of RSA 16384 has 13,000. */
const MAX_KEY = 20_000;
/**
 * A private key ends with its last line, also if a tool writes something before each line. Of a key
 * without that line, all goes that may belong to one.
 */
const PRIVATE_KEY = String
  .raw`-----BEGIN ${KEY_LINE}(?:(?:(?!-----BEGIN )[^"]){0,${MAX_KEY}}?-----END ${KEY_LINE}|(?:[A-Za-z0-9+/=\s:,.]|-(?!----)|\\+[nrt])*)`;

/** Replaces the secrets of a text. */
export type Redactor = (text: string) => string;

/**
 * Makes a function that replaces each secret of a well-known form by `[redacted: KIND]`. It also
 * works on the text of JSON, which stays JSON of the same structure.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { makeRedactor } from "./mod.ts";
 *
 * assertEquals(
 *   makeRedactor()("key: AKIA0123456789ABCDEF"),
 *   "key: [redacted: AWS]",
 * );
 * ```
 */
export function makeRedactor(): Redactor {
  const forms = FORMS.map(([, prefix, rest]) =>
    `(${prefix}(?:${rest}|${CUT}))`
  );
  const all = new RegExp(`${START}(?:${forms.join("|")})|${PRIVATE_KEY}`, "g");
  return (text) =>
    text.replace(all, (_, ...groups) => {
      const at = FORMS.findIndex((_, i) => groups[i] !== undefined);
      return `[redacted: ${FORMS[at]?.[0] ?? "private key"}]`;
    });
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Secrets in texts, found by their form.
 * @module
 */

/**
 * Kinds of secrets with their forms. A form begins with a prefix that its maker documents, so that
 * ordinary text is not taken for a secret. It works on JSON text, too: no form contains a quote or
 * ends inside an escape.
 */
const FORMS: readonly (readonly [kind: string, form: string])[] = [
  [
    "private key",
    String
      .raw`-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=\s:,.]|-(?!----)|\\[nr])*(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?`,
  ],
  ["Anthropic", String.raw`\bsk-ant-[\w-]{16,}`],
  ["OpenAI", String.raw`\bsk-(?:proj-|svcacct-|admin-)?[\w-]{20,}`],
  ["GitHub", String.raw`\b(?:gh[pousr]_\w{30,}|github_pat_\w{22,})`],
  ["GitLab", String.raw`\bgl(?:pat|ptt|dt|rt|cbt|soat)-[\w-]{20,}`],
  ["AWS", String.raw`\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b`],
  ["Slack", String.raw`\bxox[abeoprs]-[\w-]{10,}`],
  [
    "Google",
    String.raw`\b(?:AIza[\w-]{35}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,})`,
  ],
  ["Stripe", String.raw`\b(?:sk|rk)_(?:live|test)_\w{16,}`],
  ["npm", String.raw`\bnpm_\w{36}`],
  ["PyPI", String.raw`\bpypi-[\w-]{50,}`],
  ["Hugging Face", String.raw`\bhf_\w{30,}`],
  ["SendGrid", String.raw`\bSG\.[\w-]{16,}\.[\w-]{16,}`],
  ["DigitalOcean", String.raw`\bdo[opr]_v1_[0-9a-f]{64}`],
  ["token", String.raw`\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}`],
];

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
  const all = new RegExp(FORMS.map(([, form]) => `(${form})`).join("|"), "g");
  return (text) =>
    text.replace(all, (_, ...groups) => {
      const at = groups.findIndex((group) => typeof group === "string");
      return `[redacted: ${FORMS[at]?.[0] ?? "secret"}]`;
    });
}

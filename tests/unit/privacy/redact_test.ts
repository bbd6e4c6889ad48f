// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { makeRedactor } from "../../../src/privacy/mod.ts";

const redact = makeRedactor();

const secrets: [kind: string, text: string][] = [
  ["Anthropic", `sk-ant-api03-${"aB3_".repeat(20)}`],
  ["OpenAI", `sk-proj-${"aB3-".repeat(20)}`],
  ["GitHub", `github_pat_${"11AB".repeat(10)}`],
  ["GitHub", `ghs_${"aB3d".repeat(9)}`],
  ["GitLab", `glpat-${"aB3d".repeat(5)}`],
  ["AWS", "AKIAIOSFODNN7EXAMPLE"],
  ["Slack", "xoxb-123456789012-abcdefgh"],
  ["Google", `AIza${"aB3_d".repeat(7)}`],
  ["Stripe", `sk_live_${"aB3d".repeat(6)}`],
  ["npm", `npm_${"aB3d".repeat(9)}`],
  ["PyPI", `pypi-${"AgEI".repeat(15)}`],
  ["Hugging Face", `hf_${"aBcd".repeat(9)}`],
  ["token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4"],
  [
    "private key",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blb\n-----END OPENSSH PRIVATE KEY-----",
  ],
  ["private key", "-----BEGIN PRIVATE KEY-----\nMIIEvQ"],
];
for (const [kind, secret] of secrets) {
  Deno.test(`makeRedactor() replaces ${kind}: ${secret.slice(0, 12)}`, () => {
    assertEquals(redact(`a=${secret}`), `a=[redacted: ${kind}]`);
    assertEquals(
      JSON.parse(redact(JSON.stringify({ a: `x ${secret}`, b: 1 }))),
      { a: `x [redacted: ${kind}]`, b: 1 },
    );
  });
}

Deno.test("makeRedactor() leaves ordinary text", () => {
  for (
    const text of [
      "sk-learn is a library, task-force-alpha-bravo-charlie",
      "ghp_short",
      "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
      "9d5ed678fe57bcca610140957afab571d0a4a7b0",
      "/home/u/.ssh/id_ed25519",
    ]
  ) assertEquals(redact(text), text);
});

Deno.test("makeRedactor() keeps JSON valid, with the same structure", () => {
  const texts = fc.array(
    fc.oneof(fc.string(), fc.constantFrom(...secrets.map(([, text]) => text))),
  ).map((parts) => parts.join(" "));
  const shape = (value: unknown): unknown =>
    typeof value === "string"
      ? ""
      : Array.isArray(value)
      ? value.map(shape)
      : value;
  fc.assert(fc.property(fc.array(texts), (list) => {
    const after: unknown = JSON.parse(redact(JSON.stringify(list)));
    assertEquals(shape(after), shape(list));
  }));
});

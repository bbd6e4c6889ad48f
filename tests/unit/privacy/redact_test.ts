// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
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

Deno.test("makeRedactor() finds a secret after an escape, a color, and in JSON inside of JSON", () => {
  for (const [kind, secret] of secrets) {
    for (const before of ["\n", "\t", "\x1b[31m", "\x1b[1;32m", "\u0007"]) {
      const text = { output: `a${before}${secret}`, b: 1 };
      const expected = { output: `a${before}[redacted: ${kind}]`, b: 1 };
      const json = JSON.stringify(text);
      assertEquals(JSON.parse(redact(json)), expected);
      const outer: unknown = JSON.parse(redact(JSON.stringify({ json })));
      assertEquals(outer, { json: JSON.stringify(expected) });
    }
  }
});

Deno.test("makeRedactor() takes a private key to its last line, with any marks before its lines", () => {
  const lines = [
    "-----BEGIN RSA PRIVATE KEY-----",
    "MIIEpAIBAAKCAQEA",
    "-----END RSA PRIVATE KEY-----",
  ];
  for (const before of [(i: number) => `${i + 1}→`, () => "+", () => "> "]) {
    const text = lines.map((line, i) => before(i) + line).join("\n");
    const expected = `${before(0)}[redacted: private key]\nend`;
    assertEquals(redact(`${text}\nend`), expected);
    assertEquals(
      JSON.parse(redact(JSON.stringify([`${text}\nend`]))),
      [expected],
    );
  }
});

Deno.test("makeRedactor() takes what is left of a secret at the end of a text that was cut", () => {
  const summary = `curl -H "Authorization: Bearer ${
    "x".repeat(155)
  } ghp_a1B2c3`;
  assertEquals(summary.length, 197);
  assertEquals(
    JSON.parse(redact(JSON.stringify({ summary, n: 1 }))),
    { summary: summary.replace("ghp_a1B2c3", "[redacted: GitHub]"), n: 1 },
  );
  assertEquals(
    redact("see sk-ant-ap… and more"),
    "see [redacted: Anthropic] and more",
  );
  assertEquals(
    redact('{"text":"the prefix ghp_"}'),
    '{"text":"the prefix ghp_"}',
  );
});

Deno.test("makeRedactor() reads a text once, with any part repeated", () => {
  // With a time that grows with the square of the length, each of these takes minutes.
  for (
    const part of [
      "eyJ",
      "eyJ-",
      "eyJhbGciOi.",
      "gho_-",
      "SG.",
      "sk-",
      "-----BEGIN PRIVATE KEY-----",
      "-----BEGIN A ",
      "\\n",
    ]
  ) {
    const text = part.repeat(1_000_000 / part.length);
    assert(redact(text).length <= text.length);
  }
});

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

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Generated frames: requests with odd, missing and repeated members in any order, as objects and as
 * arrays, and bytes that were requests before something happened to them.
 * @module
 */
import fc from "fast-check";
import { encodeFrame } from "../../src/frame/mod.ts";
import { type Case, raw, type Step } from "./_case.ts";

/** Frames of one case. */
export const MAX_FRAMES = 20;
/** An existing folder that holds no home. */
const FOLDER = "/usr";

const encoder = new TextEncoder();

/** Values that are something else than they seem, as JSON text. */
const ODD = ["null", "true", "0", "-0", "1", "-1", "1.0", "1e1", "01", "1E400"]
  .concat(["4294967295", "4294967296", "18446744073709551615", "NaN", "{}"])
  .concat(["18446744073709551616", "[]", "[null]", '{"a":1}', '""', '"1"'])
  .concat(['"x"', '"\\ud800"', '"\\ud83d\\ude00"', '"\\u0000"', '"', "[", "{"])
  .concat(["1".repeat(400), `"${"x".repeat(5_000)}"`]);
const NO_TEXTS = ODD.filter((text) => !text.startsWith('"'));
const ENUMS = ['{"cli":null}', '{"Idle":null}', '{"cursor":{}}', '["cli"]'];

/**
 * Requests that change no more than one session, with what each member may be. None of them is
 * `stop`.
 */
const REQUESTS: Record<string, Record<string, readonly string[]>> = {
  status: {},
  hello: {
    proto_version: ["1", "1", "0", "2"],
    client: ['"cli"', '"tui"', '"mcp"', '"CLI"', '"web"', ...ENUMS],
    workspace: [`"${FOLDER}"`, "null"],
  },
  list_sessions: {
    workspace: [`"${FOLDER}"`, '"/gone"', '""'],
    offset: ["0", "1", "18446744073709551615"],
    limit: ["0", "10", "18446744073709551615"],
    filter: ["{}", "[null,null,null]", '["c",null,5]', '["c",null]']
      .concat(['{"status":"Idle"}', '{"status":"idle"}', '{"since_ms":-1}'])
      .concat(['{"agent_prefix":"c","agent_prefix":"c"}', '{"x":1,"x":2}'])
      .concat(['{"agent_prefix":null,"status":null,"since_ms":null}']),
  },
  get_session_detail: {
    id: ['"s"', '"none"', '""', '"\\u0000"'],
    workspace: [`"${FOLDER}"`, `"${FOLDER}/"`, '"/gone"'],
  },
  ingest_hook: {
    source: ['"cursor"', '"claude"', '"vibe"', '"openclaw"', '"codex"']
      .concat(ENUMS),
    payload: ['"{}"', '"["', "{}", '"\\u0000"'].concat(
      JSON.stringify(
        '{"event":"Notification","hook_event_name":"Notification","session_id":"s","timestamp_ms":1714000000000}',
      ),
    ),
    workspace: [`"${FOLDER}"`, `"${FOLDER}/"`],
  },
};

/** A few frames, one after another. */
export function anyFrames(): fc.Arbitrary<Case> {
  return fc.array(anyFrame(), {
    minLength: 1,
    maxLength: MAX_FRAMES,
    size: "max",
  })
    .map((steps) => ({ name: "frames", steps }));
}

function anyFrame(): fc.Arbitrary<Step> {
  return fc.oneof(
    { weight: 6, arbitrary: anyRequest().map((text) => framed(text)) },
    { weight: 3, arbitrary: fc.tuple(anyRequest(), anyHarm()).map(harm) },
    { weight: 1, arbitrary: fc.tuple(anyRequest(), anyLength()).map(misframe) },
  );
}

/** A request as JSON text, or nearly. */
function anyRequest(): fc.Arbitrary<string> {
  return fc.constantFrom(...Object.entries(REQUESTS)).chain(([type, members]) =>
    fc.record({
      type: fc.oneof(
        { weight: 30, arbitrary: fc.constant(`"${type}"`) },
        { weight: 1, arbitrary: fc.constantFrom(...ODD) },
      ),
      known: fc.tuple(
        ...Object.entries(members).map(([key, values]) =>
          // No session may come to be in a place of which the two have different views (divergences
          // 4, 10, 27).
          anyValue(values, key === "workspace" ? NO_TEXTS : ODD)
            .map((text): [string, string] => [key, text])
        ),
      ),
      extra: fc.array(
        fc.tuple(
          fc.constantFrom("type", "x", "filter", "id", "wo\\u0072kspace"),
          fc.oneof(fc.constantFrom(...ODD), anyNest(), fc.json()),
        ),
        { maxLength: 2 },
      ),
      hasExtra: fc.nat(3),
      order: fc.array(fc.nat(9), { maxLength: 6 }),
      isArray: fc.nat(9),
      space: fc.oneof(
        { weight: 15, arbitrary: fc.constantFrom("", " ", "\n\t\r") },
        { weight: 1, arbitrary: fc.constantFrom("\f", "\ufeff", "\u0000") },
      ),
    }).map(({ type, known, extra, hasExtra, order, isArray, space }) => {
      if (isArray === 0) {
        const values = [type, ...known.map(([, text]) => text)];
        return `${space}[${values.filter((text) => text !== "").join(",")}]`;
      }
      const all = [["type", type], ...known, ...hasExtra === 0 ? extra : []]
        .filter(([, text]) => text !== "");
      for (const [i, at] of order.entries()) {
        all.push(...all.splice(at % all.length, i % 2 === 0 ? 1 : 0));
      }
      const text = all.map(([key, value]) => `"${key}":${value}`).join(",");
      return `${space}{${text}}${space}`;
    })
  );
}

/** Mostly one of `values`, now and then nothing or something odd. */
function anyValue(
  values: readonly string[],
  odd: readonly string[],
): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom(...values) },
    { weight: 1, arbitrary: fc.constant("") },
    { weight: 2, arbitrary: fc.constantFrom(...odd) },
  );
}

/** Arrays and objects about as deep as may be. */
function anyNest(): fc.Arbitrary<string> {
  return fc.tuple(
    fc.constantFrom(3, 124, 125, 126, 127, 128, 5_000),
    fc.boolean(),
  ).map(([depth, isArray]) =>
    isArray
      ? "[".repeat(depth) + "]".repeat(depth)
      : '{"a":'.repeat(depth) + "1" + "}".repeat(depth)
  );
}

/** A change of bytes: some are cut out, others are inserted. */
interface Harm {
  at: number;
  cut: number;
  put: number[];
}

function anyHarm(): fc.Arbitrary<Harm[]> {
  const telling = [0x00, 0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x3a, 0x2d]
    .concat([0x2e, 0x30, 0x65, 0x20, 0x0a, 0x1f, 0x7f, 0x80, 0xc0, 0xe2, 0xed])
    .concat([0xf0, 0xf5, 0xff, 0xef, 0xbb, 0xbf]);
  return fc.array(
    fc.record({
      at: fc.nat(300),
      cut: fc.nat(2),
      put: fc.array(fc.constantFrom(...telling), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 3 },
  );
}

function harm([text, harms]: [string, Harm[]]): Step {
  const bytes = [...encoder.encode(text)];
  for (const { at, cut, put } of harms) {
    bytes.splice(at % (bytes.length + 1), cut, ...put);
  }
  return raw(encodeFrame(Uint8Array.from(bytes)));
}

/**
 * By how much a header is wrong; the client then sends no more, or each side would wait for the
 * other.
 */
function anyLength(): fc.Arbitrary<number> {
  return fc.constantFrom(-5, -1, 1, 5, 1_000);
}

function misframe([text, by]: [string, number]): Step {
  const frame = encodeFrame(encoder.encode(text));
  const view = new DataView(frame.buffer);
  view.setUint32(0, Math.max(0, view.getUint32(0) + by));
  return raw(frame, { halfClose: true });
}

function framed(text: string): Step {
  return raw(encodeFrame(encoder.encode(text)));
}

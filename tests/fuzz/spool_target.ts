// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The readers of the spool: bodies, rejected files, names, and small files of the spool's own.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { encodeRequest } from "../../src/proto/mod.ts";
import { Spool } from "../../src/spool/mod.ts";
import {
  compareEventNames,
  nextEventName,
  parseEventName,
} from "../../src/spool/event_name.ts";
import {
  decodeRejected,
  encodeRejected,
  rejectedName,
} from "../../src/spool/rejected.ts";
import { whyNoEvent } from "../../src/spool/why_no_event.ts";
import { makeMemoryFolder } from "./memory_folder.ts";
import { Random } from "./random.ts";
import { exampleRequests } from "./request_target.ts";
import { type FuzzSession, type FuzzTarget, maskWords } from "./target.ts";

/** One input out of this many is read from a disk, which takes a hundred times as long. */
const DISK_TURN = 100;
const NOTES = [".failures", ".attempts", ".sizes", ".news", ".lock"];
const EVENT = "v1-5-1-aa.json";
const encoder = new TextEncoder();

async function examples(): Promise<Uint8Array[]> {
  const requests = (await exampleRequests()).map(encodeRequest);
  return [
    ...requests,
    ...requests.map((bytes) =>
      encodeRejected({ about: { reason: "no", kind: "request" }, bytes })
    ),
    encoder.encode('{"ms":5,"reason":"no","count":3}\n'),
    encoder.encode(`{"name":"${EVENT}","count":2,"ms":5}`),
    encoder.encode('{"count":2,"first":"a","last":"b","bytes":77}'),
    encoder.encode("v1-1714000000000-77-0123456789abcdef.json"),
  ];
}

/**
 * Each event in the spool is delivered or set aside, byte for byte, for any content of the spool's
 * other files.
 */
export const spoolTarget: FuzzTarget = { examples, open };

async function open(): Promise<FuzzSession> {
  const root = await makeMemoryFolder();
  let turn = 0;
  return {
    async run(input) {
      const words = readBytes(input);
      if (turn++ % DISK_TURN === 0) await readFolder(`${root}/h/spool`, input);
      return words;
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(root, { recursive: true });
    },
  };
}

function readBytes(input: Uint8Array): string {
  const why = whyNoEvent(input);
  const rejected = decodeRejected(input);
  if (rejected.about.reason.length <= 1000) {
    const again = decodeRejected(encodeRejected(rejected));
    assertEquals(again.about, rejected.about);
    assertEquals(again.bytes.length, rejected.bytes.length);
  }
  const text = new TextDecoder().decode(input.subarray(0, 64));
  const name = parseEventName(text);
  if (name !== null) {
    const next = parseEventName(nextEventName([name], 0));
    assert(next !== null, "no name after it");
    assert(compareEventNames(name, next) < 0, "sorts before it");
    assert(rejectedName(text).endsWith(".rejected"));
  }
  return `${why && maskWords(why)} ${rejected.about.kind} ${name === null}`;
}

async function readFolder(folder: string, input: Uint8Array): Promise<void> {
  const random = Random.of(input);
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await Deno.writeFile(`${folder}/${EVENT}`, input, { mode: 0o600 });
    const note = random.pick(NOTES);
    await Deno.writeFile(`${folder}/${note}`, input, { mode: 0o600 });
    await Deno.writeFile(`${folder}/.tmp-1-aa`, input, { mode: 0o600 });
    const spool = new Spool({ folder, env: () => undefined });
    assert(spool.status().pending >= 1);
    spool.countFailure("counted");
    assert(spool.list().some(({ state }) => state === "failure"));
    const sent: Uint8Array[] = [];
    const report = await spool.deliver({
      send(body) {
        sent.push(body);
        return Promise.resolve({ delivery: "acked", reason: "" });
      },
    });
    assertEquals(report.stopped, "empty");
    for (const body of sent) assertEquals(body, input);
    if (whyNoEvent(input) !== null) assertEquals(sent.length, 0);
    // The second one is the leftover of a writer that died after its last byte.
    else assertEquals(sent.length, 2);
    for (const { name, state } of spool.list()) {
      if (state !== "rejected") continue;
      const file = await Deno.readFile(`${folder}/rejected/${name}`);
      assertEquals(decodeRejected(file).bytes, input);
    }
    assertEquals(report.delivered + report.rejected, sent.length || 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

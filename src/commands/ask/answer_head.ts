// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The first look at an answer: what it is, before a byte of it is passed on.
 * @module
 */
import {
  type Answer,
  answerFault,
  type ClientOptions,
  openAnswer,
  ProtocolError,
  RemoteError,
} from "../../client/mod.ts";
import {
  type DaemonRequest,
  decodeJson,
  decodeString,
  encodeRequest,
  isSpace,
  joinBytes,
  JsonScanner,
  type JsonToken,
  type JsonValue,
  MAX_ANSWER_DEPTH,
  readPlainObject,
} from "../../proto/mod.ts";

/** How much of an answer is looked at, in bytes: all that is needed to tell what it is, and all of one that is no longer. */
const HEAD_BYTES = 64 * 1024;
/** The look goes on in steps of so many bytes; both daemons say first what it is. */
const LOOK_BYTES = 512;
/** The most that is read of an error answer, in bytes. */
const MAX_ERROR_BYTES = 16 * 1024 * 1024;

/** An answer that is no error and has the type that was asked for, as far as its head shows. */
export interface CheckedAnswer extends AsyncDisposable {
  /** True if it is a `detail` without a session. */
  readonly isEmpty: boolean;
  /** The body, from its first byte on; a chunk is overwritten by the next. To be read once. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** What is asked, and what has to come. */
export interface Question {
  request: DaemonRequest;
  expected: "sessions" | "detail";
  /** True: no more is waited for than what tells the type, as the records are wanted as they come. */
  isEager?: boolean;
}

/**
 * Sends a request and looks at the head of the answer.
 *
 * @throws {RemoteError} If the daemon answers with an error.
 * @throws {ProtocolError} If the head is no answer of that type.
 */
export async function openChecked(
  question: Question,
  client: ClientOptions,
): Promise<CheckedAnswer> {
  const answer = await openAnswer(encodeRequest(question.request), client);
  try {
    return await check(answer, question);
  } catch (error) {
    await answer[Symbol.asyncDispose]();
    throw error;
  }
}

async function check(
  answer: Answer,
  { expected, isEager = false }: Question,
): Promise<CheckedAnswer> {
  const rest = answer.chunks[Symbol.asyncIterator]();
  const head = new Head(expected);
  while (!head.isFull && !(isEager && head.isDecided)) {
    const next = await rest.next();
    if (next.done) {
      head.end();
      break;
    }
    head.add(next.value);
  }
  if (head.type === "error") throw await readError(head, rest);
  if (head.type !== expected && (head.type !== null || head.isWhole)) {
    throw new ProtocolError(
      `The daemon broke the protocol: it answered with ${
        head.type === null ? "no type" : `"${head.type}"`
      }`,
    );
  }
  return {
    isEmpty: head.isSessionNull,
    chunks: () => follow(head.bytes(), rest),
    [Symbol.asyncDispose]: () => answer[Symbol.asyncDispose](),
  };
}

async function* follow(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    yield next.value;
  }
}

async function readError(
  head: Head,
  rest: AsyncIterator<Uint8Array>,
): Promise<Error> {
  const chunks = [head.bytes()];
  let length = chunks[0]?.length ?? 0;
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    length += next.value.length;
    if (length > MAX_ERROR_BYTES) {
      return new ProtocolError(
        "The daemon broke the protocol: its error is over 16 MiB",
      );
    }
    chunks.push(next.value.slice());
  }
  const value = decodeError(joinBytes(chunks));
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return new ProtocolError(
      "The daemon broke the protocol: its error is none",
    );
  }
  const { type: _type, message, ...fields } = value;
  const { supported_min: min, supported_max: max } = fields;
  return new RemoteError(
    typeof message === "string" ? message : "it did not say why",
    typeof min === "number" ? min : null,
    typeof max === "number" ? max : null,
    fields,
  );
}

/** Stricter than the head was looked at: it is printed again, so it must not nest deeper than that goes. */
function decodeError(bytes: Uint8Array): JsonValue {
  try {
    return decodeJson(bytes);
  } catch (error) {
    throw answerFault(error);
  }
}

/** The beginning of an answer, scanned as it comes, for as long as it has not told what it is. */
class Head {
  type: string | null = null;
  isSessionNull = false;
  #isSessionKnown = false;
  /** True once the whole answer is here. */
  isWhole = false;
  readonly #expected: Question["expected"];
  readonly #buffer = new Uint8Array(2 * HEAD_BYTES);
  #length = 0;
  #scanned = 0;
  #key = "";
  readonly #scanner = new JsonScanner((token, start, end, depth) => {
    if (depth === 1) this.#visit(token, start, end);
  }, MAX_ANSWER_DEPTH);

  constructor(expected: Question["expected"]) {
    this.#expected = expected;
  }

  get isFull(): boolean {
    return this.#length >= HEAD_BYTES;
  }

  /** True once nothing that may follow changes what the answer is. */
  get isDecided(): boolean {
    return this.type !== null &&
      (this.type !== "detail" || this.#expected !== "detail" ||
        this.#isSessionKnown);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length);
  }

  /** @throws {ProtocolError} If this is not JSON, as far as it is looked at. */
  add(chunk: Uint8Array): void {
    this.#buffer.set(chunk, this.#length);
    this.#length += chunk.length;
    while (this.#scanned < this.#length && !this.isDecided) {
      this.#scan(Math.min(this.#length, this.#scanned + LOOK_BYTES));
    }
  }

  /** Says that the answer ends here. @throws {ProtocolError} If it is not JSON. */
  end(): void {
    this.isWhole = true;
    // The engine's own parser takes a tenth of the time, where nothing is in doubt.
    if (this.isDecided && readPlainObject(this.bytes()) !== null) return;
    this.#scan(this.#length);
    try {
      this.#scanner.end();
    } catch (error) {
      throw answerFault(error);
    }
  }

  #scan(end: number): void {
    const chunk = this.#buffer.subarray(this.#scanned, end);
    this.#scanned = end;
    try {
      const used = this.#scanner.complete ? 0 : this.#scanner.write(chunk);
      if (chunk.subarray(used).every(isSpace)) return;
    } catch (error) {
      throw answerFault(error);
    }
    throw new ProtocolError(
      "The daemon broke the protocol: its answer goes on behind its end",
    );
  }

  #visit(token: JsonToken, start: number, end: number): void {
    const text = () => decodeString(this.#buffer.subarray(start, end));
    if (token === "key") this.#key = text();
    else if (this.#key === "type" && token === "string") this.type = text();
    else if (this.#key === "session") {
      this.#isSessionKnown = true;
      this.isSessionNull = token === "null";
    }
  }
}

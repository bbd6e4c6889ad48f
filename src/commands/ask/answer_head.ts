// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Checks the head of an answer before any of its bytes are passed on.
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
  type AnswerName,
  decodeJson,
  decodeString,
  encodeRequest,
  isSpace,
  joinBytes,
  JsonScanner,
  type JsonToken,
  type JsonValue,
  MAX_ANSWER_DEPTH,
  readPlainAnswer,
  type RequestOf,
  REQUESTS,
} from "../../proto/mod.ts";

/**
 * Maximum number of bytes to check. This is enough to tell the type of an answer, and all of a
 * short one.
 */
const HEAD_BYTES = 64 * 1024;
const OPENING_BRACE = 0x7b;
/** Bytes to scan at a time. Both daemons send the type of an answer first. */
const LOOK_BYTES = 512;
/** Maximum size of an error answer in bytes. */
const MAX_ERROR_BYTES = 16 * 1024 * 1024;

/** An answer whose head shows that it is not an error and has the expected type. */
export interface CheckedAnswer extends AsyncDisposable {
  /** True if this is a `detail` answer without a session. */
  readonly isEmpty: boolean;
  /**
   * Yields the body from its first byte; can be called once. The next chunk overwrites the last
   * one.
   */
  chunks(): AsyncIterable<Uint8Array>;
}

/** A request with a long answer. */
export interface Question {
  request: RequestOf<"list_sessions" | "get_session_detail">;
  /** True: return as soon as the type is known, so that records can be printed as they arrive. */
  isEager?: boolean;
}

/**
 * Sends a request and checks the head of the answer.
 *
 * @throws {RemoteError} If the daemon answers with an error.
 * @throws {ProtocolError} If the answer does not have the request's type of answer.
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
  { request, isEager = false }: Question,
): Promise<CheckedAnswer> {
  const expected = REQUESTS[request.type].answer;
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
      "The daemon broke the protocol: its error answer is not an object",
    );
  }
  const { type: _type, message, ...fields } = value;
  const { supported_min: min, supported_max: max } = fields;
  return new RemoteError(
    typeof message === "string" ? message : "it gave no reason",
    typeof min === "number" ? min : null,
    typeof max === "number" ? max : null,
    fields,
  );
}

/**
 * Decodes an error answer. Its nesting is limited more strictly than that of other answers, because
 * it is encoded again for printing.
 */
function decodeError(bytes: Uint8Array): JsonValue {
  try {
    return decodeJson(bytes);
  } catch (error) {
    throw answerFault(error);
  }
}

/** The beginning of an answer, which is scanned until the type is known. */
class Head {
  type: string | null = null;
  isSessionNull = false;
  #isSessionKnown = false;
  #isBegun = false;
  /** True once the whole answer has arrived. */
  isWhole = false;
  readonly #expected: AnswerName;
  readonly #buffer = new Uint8Array(2 * HEAD_BYTES);
  #length = 0;
  #scanned = 0;
  #key = "";
  readonly #scanner = new JsonScanner((token, start, end, depth) => {
    if (depth === 1) this.#visit(token, start, end);
  }, { maxDepth: MAX_ANSWER_DEPTH });

  constructor(expected: AnswerName) {
    this.#expected = expected;
  }

  get isFull(): boolean {
    return this.#length >= HEAD_BYTES;
  }

  /** True once the rest of the answer cannot change its type. */
  get isDecided(): boolean {
    return this.type !== null &&
      (this.type !== "detail" || this.#expected !== "detail" ||
        this.#isSessionKnown);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length);
  }

  /**
   * Adds a chunk.
   *
   * @throws {ProtocolError} If the scanned part is not JSON.
   */
  add(chunk: Uint8Array): void {
    if (!this.#isBegun) this.#begin(chunk);
    this.#buffer.set(chunk, this.#length);
    this.#length += chunk.length;
    while (this.#scanned < this.#length && !this.isDecided) {
      this.#scan(Math.min(this.#length, this.#scanned + LOOK_BYTES));
    }
  }

  #begin(chunk: Uint8Array): void {
    const first = chunk.find((byte) => !isSpace(byte));
    this.#isBegun = first !== undefined;
    if (first === undefined || first === OPENING_BRACE) return;
    throw new ProtocolError(
      "The daemon broke the protocol: its answer is not an object",
    );
  }

  /**
   * Marks the end of the answer.
   *
   * @throws {ProtocolError} If it is not JSON.
   */
  end(): void {
    this.isWhole = true;
    // JSON.parse takes a tenth of the time of the scanner.
    if (this.isDecided && readPlainAnswer(this.bytes()) !== null) return;
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
      "The daemon broke the protocol: its answer has bytes after its end",
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

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A daemon whose answers the test makes, for answers that no real daemon gives.
 * @module
 */

/** A request, and the function that answers it. */
export interface Exchange {
  request: Record<string, unknown>;
  conn: Deno.Conn;
  /** Frames a text and sends it. */
  answer(body: string | Uint8Array): Promise<void>;
}

/** A daemon that stops when it is disposed of. */
export interface FakeDaemon extends AsyncDisposable {
  /** All requests so far, decoded. */
  readonly requests: Record<string, unknown>[];
}

/** The greeting of the reference's daemon. */
export const HELLO =
  '{"type":"hello","proto_version":1,"daemon_version":"0.1.46","workspaces":[]}';

/** Makes a daemon that answers a greeting, and nothing to a request that it cannot decode. */
export function greetingDaemon(socket: string): FakeDaemon {
  return fakeDaemon(socket, async ({ request, answer }) => {
    if (request.type === "hello") await answer(HELLO);
  });
}

/**
 * Listens at `socket` and answers with `reply`. Closes each connection when `reply` has returned.
 *
 * @param socket Its folder must exist.
 */
export function fakeDaemon(
  socket: string,
  reply: (exchange: Exchange) => Promise<void> | void,
): FakeDaemon {
  const listener = Deno.listen({ transport: "unix", path: socket });
  const requests: Record<string, unknown>[] = [];
  const open = new Set<Promise<void>>();
  const serve = async (conn: Deno.Conn) => {
    try {
      const request = await readRequest(conn);
      requests.push(request);
      await reply({
        request,
        conn,
        answer: (body) => writeFrame(conn, body),
      });
    } catch (error) {
      // The client may have gone away, even before its request; the test checks this on the side
      // of the client.
      const isGone = error instanceof Deno.errors.UnexpectedEof ||
        error instanceof Error && "code" in error;
      if (!isGone) throw error;
    } finally {
      conn.close();
    }
  };
  const accepting = (async () => {
    for await (const conn of listener) {
      const done = serve(conn);
      open.add(done);
      done.then(() => open.delete(done), () => {});
    }
  })();
  return {
    requests,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await accepting;
      await Promise.all(open);
    },
  };
}

/** Frames a body: its length, big-endian, and then the body. */
export function frame(body: string | Uint8Array): Uint8Array {
  const bytes = typeof body === "string"
    ? new TextEncoder().encode(body)
    : body;
  const framed = new Uint8Array(4 + bytes.length);
  new DataView(framed.buffer).setUint32(0, bytes.length);
  framed.set(bytes, 4);
  return framed;
}

/** Writes all of `bytes`. */
export async function send(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) {
    sent += await conn.write(bytes.subarray(sent));
  }
}

async function writeFrame(
  conn: Deno.Conn,
  body: string | Uint8Array,
): Promise<void> {
  await send(conn, frame(body));
}

/** Lines after the JSON become its `payloads`, as text. */
async function readRequest(
  conn: Deno.Conn,
): Promise<Record<string, unknown>> {
  const header = await readExactly(conn, 4);
  const length = new DataView(header.buffer).getUint32(0);
  const text = new TextDecoder().decode(await readExactly(conn, length));
  const [head = "", ...lines] = text.split("\n");
  const payloads = lines.join("\n");
  return { ...JSON.parse(head), ...lines.length > 0 ? { payloads } : {} };
}

async function readExactly(
  conn: Deno.Conn,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let have = 0; have < length;) {
    const n = await conn.read(bytes.subarray(have));
    if (n === null) throw new Deno.errors.UnexpectedEof("no request");
    have += n;
  }
  return bytes;
}

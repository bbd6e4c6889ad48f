// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Serves the Model Context Protocol: one JSON-RPC message a line.
 * @module
 */
import { TextLineStream } from "@std/streams/text-line-stream";
import { McpServer } from "tmcp";
import { ask, HELLO } from "../../client/mod.ts";
import type { Input } from "../../context/mod.ts";
import { makeExportRedactor } from "../../privacy/mod.ts";
import { encodeJson, KAIZEN_VERSION } from "../../proto/mod.ts";
import { askOrStart, clientOptions, READ_TIMEOUT_MS } from "../ask/ask.ts";
import type { Run } from "../shell/cli.ts";
import { judge } from "../shell/verdict.ts";
import { ArgumentsAdapter, type ArgumentSchema, makeSchema } from "./schema.ts";
import { cutTexts, TOOLS } from "./tools.ts";

/** A longer result is refused, in characters: an agent pays for each. */
const MAX_RESULT = 200_000;
const READ_BYTES = 64 * 1024;

/** Answers messages until stdin ends. */
export async function runMcp(run: Run): Promise<void> {
  const server = makeServer(run);
  const lines = toStream(run.context.stdin)
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of lines) {
    if (line.trim() === "") continue;
    const answer = await answerTo(line, server);
    if (answer === null || answer === undefined) continue;
    const text = `${JSON.stringify(answer)}\n`;
    await run.context.stdout.write(new TextEncoder().encode(text));
  }
}

/** Returns the answer to a message; none for a notification or an answer. */
async function answerTo(
  line: string,
  server: McpServer<ArgumentSchema>,
): Promise<unknown> {
  let message;
  try {
    message = JSON.parse(line);
  } catch {
    return refusal(-32700, "Cannot parse message: no JSON");
  }
  try {
    return await server.receive(message, { sessionInfo: {} });
  } catch {
    return refusal(-32600, "Cannot read message: no request of JSON-RPC 2.0");
  }
}

function refusal(code: number, message: string) {
  return { jsonrpc: "2.0", id: null, error: { code, message } };
}

function makeServer(run: Run): McpServer<ArgumentSchema> {
  const server = new McpServer<ArgumentSchema>(
    {
      name: "kaizen",
      version: KAIZEN_VERSION,
      description: "What coding agents did on this machine",
    },
    { adapter: new ArgumentsAdapter(), capabilities: { tools: {} } },
  );
  server.on("initialize", () => void greet(run));
  for (const { name, description, fields, call } of TOOLS) {
    server.tool(
      {
        name,
        description,
        schema: makeSchema(fields),
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      async (values) => {
        try {
          const redact = await makeExportRedactor(run.settings.paths().home);
          // Secrets first: half a secret has no known form any more.
          const found = JSON.parse(redact(encodeJson(await call(values, run))));
          const text = encodeJson(cutTexts(found));
          return text.length > MAX_RESULT
            ? failure(
              `Too long (${text.length} characters): use a smaller limit`,
            )
            : { content: [{ type: "text", text }] };
        } catch (error) {
          const { code } = judge(error);
          const reason = error instanceof Error ? error.message : String(error);
          return failure(`${code}: ${reason}`);
        }
      },
    );
  }
  return server;
}

function failure(text: string) {
  return { isError: true, content: [{ type: "text" as const, text }] };
}

/** Tells the daemon which kind of client asks. */
async function greet(run: Run): Promise<void> {
  const client = clientOptions(run, READ_TIMEOUT_MS);
  try {
    await askOrStart(run, () => ask({ ...HELLO, client: "mcp" }, client));
  } catch {
    // The first tool that is called reports it.
  }
}

function toStream(input: Input): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      const buffer = new Uint8Array(READ_BYTES);
      const count = await input.read(buffer);
      if (count === null) controller.close();
      else controller.enqueue(buffer.subarray(0, count));
    },
  });
}

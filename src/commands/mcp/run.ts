// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Serves the Model Context Protocol: one JSON-RPC message a line.
 * @module
 */
import { errorMessage } from "../../context/mod.ts";
import { McpServer } from "tmcp";
import { ask, HELLO } from "../../client/mod.ts";
import { makeExportRedactor } from "../../privacy/mod.ts";
import { encodeJson, KAIZEN_VERSION } from "../../proto/mod.ts";
import { askOrStart, clientOptions, READ_TIMEOUT_MS } from "../ask/ask.ts";
import type { Run } from "../shell/cli.ts";
import { judge } from "../shell/verdict.ts";
import { ArgumentsAdapter, type ArgumentSchema, makeSchema } from "./schema.ts";
import {
  isJsonObject,
  MCP_FAULT,
  type McpMessage,
  readMessages,
  refuse,
} from "./read_messages.ts";
import { cutTexts, TOOLS } from "./tools.ts";

/** A longer result is refused, in characters: an agent pays for each. */
const MAX_RESULT = 200_000;

/** Answers messages until stdin ends. */
export async function runMcp(run: Run): Promise<void> {
  const server = makeServer(run);
  for await (const message of readMessages(run.context.stdin)) {
    const answer = "error" in message
      ? message
      : await answerTo(message, server);
    if (answer === null) continue;
    const text = `${JSON.stringify(answer)}\n`;
    await run.context.stdout.write(new TextEncoder().encode(text));
  }
}

/** Returns the answer to a message; none for a notification, of which none matters here. */
async function answerTo(
  message: McpMessage,
  server: McpServer<ArgumentSchema>,
): Promise<unknown> {
  const { id, method, params } = message;
  if (id === undefined) return null;
  const check = METHODS.get(method);
  if (check === undefined) {
    return refuse(id, MCP_FAULT.noMethod, `there is no method "${method}"`);
  }
  // The library prints a stack for each message that it refuses, so it gets none of these.
  const checked = check(params);
  return typeof checked === "string"
    ? refuse(id, MCP_FAULT.wrongParams, checked)
    : await server.receive({ ...message, params: checked }, {
      sessionInfo: {},
    });
}

type Params = McpMessage["params"];

/** The methods, each with what it takes of params, or what is wrong with them. */
const METHODS: ReadonlyMap<string, (params: Params) => Params | string> =
  new Map([
    ["initialize", checkGreeting],
    ["ping", () => ({})],
    ["server/discover", (params) => params],
    ["tools/list", (params) => params],
    ["tools/call", checkCall],
  ]);

function checkGreeting({ protocolVersion, clientInfo }: Params) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(String(protocolVersion))) {
    return '"protocolVersion" must be a date, such as "2025-06-18"';
  }
  const { name, version } = isJsonObject(clientInfo) ? clientInfo : {};
  return typeof name === "string" && typeof version === "string"
    ? { protocolVersion, capabilities: {}, clientInfo: { name, version } }
    : '"clientInfo" must have "name" and "version"';
}

function checkCall(params: Params) {
  return TOOLS.some(({ name }) => name === params.name)
    ? params
    : `there is no tool "${params.name}"`;
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
          const reason = errorMessage(error);
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

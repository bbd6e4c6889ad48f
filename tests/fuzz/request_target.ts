// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The decoder of requests.
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  type DaemonRequest,
  decodeRequest,
  encodeRequest,
  JsonError,
  RequestError,
} from "../../src/proto/mod.ts";
import { recordedPayloads } from "./recorded.ts";
import { attempt, makeTarget, print } from "./target.ts";

const filter = {
  agent_prefix: "cl",
  status: "Done",
  since_ms: 1,
  active_since_ms: null,
  id_prefix: "5f0c",
  any_workspace: true,
} as const;

/** Requests of all kinds. */
export async function exampleRequests(): Promise<DaemonRequest[]> {
  return [
    { type: "status" },
    { type: "stop" },
    { type: "store_stats" },
    { type: "hello", proto_version: 1, client: "cli", workspace: "/w" },
    {
      type: "list_sessions",
      workspace: "/w",
      offset: 0,
      limit: 18446744073709551615n,
      filter,
    },
    { type: "get_session_detail", id: "5f0c", workspace: null },
    { type: "ensure_workspace_capture", workspace: "/w", deep: true },
    {
      type: "store_prune",
      before_ms: 1,
      session: "s",
      workspace: "/w",
      dry_run: true,
    },
    ...(await recordedPayloads()).map((payload) => ({
      type: "ingest_hook" as const,
      source: "claude" as const,
      payload,
      workspace: "/w",
    })),
  ];
}

/** A request that is accepted is encoded to the same meaning, which is that of its text. */
export const requestTarget = makeTarget(
  async () => (await exampleRequests()).map(encodeRequest),
  (input) => {
    const result = attempt(() => decodeRequest(input), [
      JsonError,
      RequestError,
    ]);
    if ("refusal" in result) return result.refusal;
    const request = result.value;
    const bytes = encodeRequest(request);
    assertEquals(print(decodeRequest(bytes)), print(request));
    const text: unknown = JSON.parse(new TextDecoder().decode(input));
    if (!Array.isArray(text) && typeof text === "object") {
      const sent = new Map<string, unknown>(Object.entries(text ?? {}));
      for (const [key, value] of Object.entries(request)) {
        if (typeof value === "string" || typeof value === "boolean") {
          const wire = sent.get(key);
          // A name may be written as an object with the name as its only key.
          const named = typeof wire === "object" && wire !== null
            ? Object.keys(wire)[0]
            : wire;
          assertEquals(named, value, key);
        }
        if (typeof value === "number") assertEquals(sent.get(key), value, key);
        if (value === null) assertEquals(sent.get(key) ?? null, null, key);
      }
    }
    return `${request.type} ${Array.isArray(text)} ${
      Object.values(request).map((value) => typeof value).join()
    }`;
  },
);

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Requests for a page of sessions.
 * @module
 */
import type { RequestOf } from "../../proto/mod.ts";
import { openChecked, type Question } from "./answer_head.ts";
import { askOrStart, clientOptions, READ_TIMEOUT_MS } from "./ask.ts";
import type { Run } from "../shell/cli.ts";

/** Filter and range of the sessions of a workspace. */
export type Wanted = Pick<RequestOf<"list_sessions">, "filter"> & {
  limit: number;
  offset: number;
};

/** Makes the request for one page. */
export function listRequest(
  workspace: string,
  { filter, limit, offset }: Wanted,
): RequestOf<"list_sessions"> {
  return { type: "list_sessions", workspace, offset, limit, filter };
}

/** Requests sessions; starts a daemon if none is running. */
export function openSessions(
  question: Question,
  run: Run,
): ReturnType<typeof openChecked> {
  const client = clientOptions(run, READ_TIMEOUT_MS);
  return askOrStart(
    run,
    () => openChecked(question, client),
  );
}

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The protocol: the tables of requests and answers, their limits and decoders, and the JSON
 * scanner. This folder knows nothing of sockets.
 * @module
 */
export * from "./ack.ts";
export * from "./answers.ts";
export * from "./decode_answer.ts";
export * from "./decode_request.ts";
export * from "./encode_request.ts";
export type { AnswerField, AnswerFields } from "./fields.ts";
export * from "./hook_names.ts";
export * from "./hook_rules.ts";
export * from "./int.ts";
export * from "./join_bytes.ts";
export * from "./json.ts";
export * from "./json_document.ts";
export * from "./json_error.ts";
export * from "./json_members.ts";
export * from "./json_scan.ts";
export * from "./json_space.ts";
export * from "./json_text.ts";
export * from "./limits.ts";
export * from "./plain_object.ts";
export * from "./request_budget.ts";
export * from "./requests.ts";
export * from "./run_steps.ts";
export * from "./splice.ts";
export * from "./wire.ts";

// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Topics that have a help page and are not commands. Each command lists them, so that their pages
 * are in a file of their own.
 * @module
 */

/** The names of the topics. */
export const HELP_TOPICS = [
  "exit-codes",
  "json",
  "environment",
  "privacy",
] as const;
export type HelpTopic = typeof HELP_TOPICS[number];

/** A summary of each topic, for lists. */
export const TOPIC_SUMMARIES: Record<HelpTopic, string> = {
  "exit-codes": "Meaning of the exit codes",
  json: "JSON output for scripts",
  environment: "Environment variables",
  privacy: "Recording less, and deleting what was recorded",
};

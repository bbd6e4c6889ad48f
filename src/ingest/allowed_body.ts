// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Applies the user's `config.toml` to an event before it is sent or spooled.
 * @module
 */
import type { Context } from "../context/mod.ts";
import { type AllowedBody, applyConfig } from "../privacy/mod.ts";

/**
 * Applies the rules of the configuration to the body of an `ingest_hook` request.
 *
 * @param home Absolute path of the home, which has a `config.toml`.
 */
export async function allowedBody(
  body: Uint8Array,
  home: string,
  context: Pick<Context, "env">,
): Promise<AllowedBody> {
  return await applyConfig(body, home, context.env("HOME") ?? "/");
}

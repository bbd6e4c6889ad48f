// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How much is generated, and from which seed.
 * @module
 */

/** Generated steps to compare at least; `scripts/interop --steps N` asks for more. */
export const STEPS = Number(Deno.env.get("KAIZEN_INTEROP_STEPS") || 500);

/** The first seed, which each run names; `KAIZEN_INTEROP_SEED` repeats one. */
export const SEED = Number(
  Deno.env.get("KAIZEN_INTEROP_SEED") || Math.floor(Math.random() * 2 ** 30),
);

// SPDX-License-Identifier: AGPL-3.0-or-later

/** A set of named types, or none. */
export type Shape = Record<string, unknown> | void;

/** Both of two shapes. */
export type Merge<L, R> = L extends void ? R : R extends void ? L : L & R;

/** A shape as the object that an action gets. */
export type Resolve<S> = S extends void ? Record<never, never> : {
  [K in keyof S]: S[K];
};

/** The value of `name:type` or `name`. */
type Value<D extends string, Types> = D extends `${string}:${infer N}`
  ? N extends keyof Types ? Types[N] : N extends "string" ? string : unknown
  : string;

type Camel<S extends string> = S extends `${infer Head}-${infer Rest}`
  ? `${Head}${Capitalize<Camel<Rest>>}`
  : S;

/** The property that the long flag in `-n, --long-name <value>` sets. */
type Property<F extends string> = F extends `${string}--${infer N} ${string}`
  ? Camel<N>
  : F extends `${string}--${infer N}` ? Camel<N>
  : never;

/** Settings of an option. */
export interface OptionSettings {
  required?: boolean;
  collect?: boolean;
  hidden?: boolean;
}

/** The properties that an option adds to the options of an action. */
export type OptionShape<F extends string, Types, S> = F extends
  `${string}<${infer D}>`
  ? S extends { required: true } ? { [K in Property<F>]: Value<D, Types> }
  : S extends { collect: true } ? { [K in Property<F>]?: Value<D, Types>[] }
  : { [K in Property<F>]?: Value<D, Types> }
  : { [K in Property<F>]?: true | undefined };

/** The arguments of an action, from `<a:type> [b] [c...]`. */
export type ArgumentsOf<S extends string, Types> = S extends
  `${infer Head} ${infer Rest}`
  ? [...OneArgument<Head, Types>, ...ArgumentsOf<Rest, Types>]
  : OneArgument<S, Types>;

type OneArgument<S extends string, Types> = S extends
  `[${infer D}...${infer E}]` ? Value<`${D}${E}`, Types>[]
  : S extends `[${infer D}]` ? [Value<D, Types>?]
  : S extends `<${infer D}>` ? [Value<D, Types>]
  : never;

/** The global options that a command needs of its parent; a missing one may also be undefined. */
export type Needs<C> = C extends { readonly needs?: infer N } ? {
    [K in keyof N]: Record<never, never> extends Pick<N, K> ? N[K] | undefined
      : N[K];
  }
  : never;

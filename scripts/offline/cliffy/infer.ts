// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Type, TypeHandler } from "./types.ts";

/** A set of named types, or none. */
export type Shape = Record<string, unknown> | void;

/** Both of two shapes. */
export type Merge<L, R> = L extends void ? R : R extends void ? L : L & R;

/** A shape as the object that a handler gets. */
export type Resolve<S> = S extends void ? Record<never, never> : {
  [K in keyof S]: S[K];
};

/** What a handler makes of a word. */
type Handled<H> = H extends Type<infer V> ? V
  : H extends TypeHandler<infer V> ? V
  : H;

type BuiltIn = {
  string: string;
  number: number;
  integer: number;
  boolean: boolean;
  file: string;
  secret: string;
};

type Named<N extends string, Types> = N extends keyof Types ? Handled<Types[N]>
  : N extends keyof BuiltIn ? BuiltIn[N]
  : unknown;

/** The value of `name:type` or `name`. */
type Value<D extends string, Types> = D extends `${string}:${infer N}`
  ? Named<N, Types>
  : string;

type Camel<S extends string> = S extends `${infer Head}-${infer Rest}`
  ? `${Head}${Capitalize<Camel<Rest>>}`
  : S;

type UpTo<S extends string, End extends string> = S extends
  `${infer Head}${End}${string}` ? Head : S;

/** The name of the first long flag. */
type LongName<F extends string> = F extends `${string}--${infer N}`
  ? UpTo<UpTo<N, " ">, ",">
  : never;

/** The value of an option that is there: `true` without an argument. */
type FlagValue<F extends string, Types> = F extends `${string}<${infer D}>`
  ? Value<D, Types>
  : true;

type Collected<V, Collect> = Collect extends true ? V[] : V;

/** Whether an option always has a value. */
type IsSure<Required, Default> = Required extends true ? true
  : Default extends undefined ? false
  : true;

/** What one option adds to the options of a handler. */
export type OptionShape<F extends string, Types, Required, Collect, Default> =
  LongName<F> extends `no-${infer N}` ? { [K in Camel<N>]: boolean }
    : IsSure<Required, Default> extends true ? {
        [K in Camel<LongName<F>>]:
          | Collected<FlagValue<F, Types>, Collect>
          | NonNullable<Default>;
      }
    : F extends `${string}<${string}` ? {
        [K in Camel<LongName<F>>]?: Collected<FlagValue<F, Types>, Collect>;
      }
    : { [K in Camel<LongName<F>>]?: true | undefined };

/** The arguments of a handler, from `<a:type> [b] [c...]`. */
export type ArgumentsOf<S extends string, Types> = S extends
  `${infer Head} ${infer Rest}`
  ? [...OneArgument<Head, Types>, ...ArgumentsOf<Rest, Types>]
  : OneArgument<S, Types>;

type OneArgument<S extends string, Types> = S extends
  `[${infer D}...${infer E}]` ? Value<`${D}${E}`, Types>[]
  : S extends `<${infer D}...${infer E}>`
    ? [Value<`${D}${E}`, Types>, ...Value<`${D}${E}`, Types>[]]
  : S extends `[${infer D}]` ? [Value<D, Types>?]
  : S extends `<${infer D}>` ? [Value<D, Types>]
  : never;

/** Settings of an option. */
export interface OptionSettings<Required, Collect, Default> {
  required?: Required;
  collect?: Collect;
  default?: Default | (() => Default);
  hidden?: boolean;
}

/** What a command or an option does. */
export type Handler<C, PG, G, O, A extends unknown[]> = (
  this: C,
  options: Resolve<Merge<PG, Merge<G, O>>>,
  ...args: A
) => unknown;

/** What a command needs its parent to declare. */
export type Needs<C> = C extends { readonly needs?: infer N } ? Lenient<N>
  : never;

/** Lets what may be missing be undefined too. */
type Lenient<N> = {
  [K in keyof N]: Record<never, never> extends Pick<N, K> ? N[K] | undefined
    : N[K];
};

/** The types that a command can name. */
export type Known<PT, GT, T> = Merge<PT, Merge<GT, T>>;

/** Which global options a command has, its parent's and its own; without the first also whether it has others. */
export type Kind<PG, G, O> = [Has<PG>, Has<G>, PG extends void ? Has<O> : true];

type Has<S> = S extends void ? false : true;

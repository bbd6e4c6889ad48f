// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The price list that the program comes with. `scripts/prices` makes it.
 * @module
 */
import list from "./price_list.json" with { type: "json" };
import type { ModelPrices } from "./model_prices.ts";
import {
  demandList,
  demandObject,
  demandText,
  PricesError,
  readModelPrices,
} from "./read_prices.ts";

/** The prices of many models. */
export interface PriceList {
  /** The data set and its version. */
  readonly source: string;
  /** The day that it is of, as YYYY-MM-DD. */
  readonly date: string;
  /**
   * Returns the prices of a model at a time.
   *
   * @param tsMs In epoch milliseconds.
   * @returns Null if the list does not have the model.
   */
  find(model: string, tsMs: number): ModelPrices | null;
}

type Match = (model: string) => boolean;
/** Whether a time is in a period. */
type During = (tsMs: number) => boolean;

interface Period {
  readonly isDuring: During;
  readonly prices: ModelPrices;
}

interface Model {
  readonly matches: Match;
  /** Of those that a time is in, the last counts. */
  readonly periods: readonly Period[];
}

interface Maker {
  readonly matches: Match;
  readonly models: readonly Model[];
}

/** Reads the price list that the program comes with. */
export function readPriceList(): PriceList {
  const data: unknown = list;
  const { source, date, makers } = demandObject(data, "price list");
  const all = demandList(makers, "price list").map(readMaker);
  const known = new Map<string, Model | null>();
  return {
    source: demandText(source, "source"),
    date: demandText(date, "date"),
    find(model, tsMs) {
      const name = model.toLowerCase().trim();
      const found = known.get(name) ?? findModel(all, name);
      if (known.size < MAX_KNOWN) known.set(name, found);
      const period = found?.periods.findLast((it) => it.isDuring(tsMs)) ??
        found?.periods[0];
      return period?.prices ?? null;
    },
  };
}

/** The most names of models whose prices are remembered. */
const MAX_KNOWN = 1000;

/** A model in fast mode costs more, so the prices of its usual mode are not taken for it. */
const FAST = "-fast";

function findModel(makers: readonly Maker[], name: string): Model | null {
  const maker = makers.find(({ matches }) => matches(name));
  const found = maker?.models.find(({ matches }) => matches(name)) ?? null;
  if (found === null || !name.endsWith(FAST)) return found;
  const usual = findModel(makers, name.slice(0, -FAST.length));
  return found === usual ? null : found;
}

function readMaker(value: unknown): Maker {
  const { id, match, models } = demandObject(value, "maker");
  const place = demandText(id, "id");
  return {
    matches: readMatch(match, place),
    models: demandList(models, place).map((model) => readModel(model, place)),
  };
}

function readModel(value: unknown, place: string): Model {
  const { match, periods } = demandObject(value, place);
  return {
    matches: readMatch(match, place),
    periods: demandList(periods, place).map((period) => {
      const { constraint, prices } = demandObject(period, place);
      return {
        isDuring: readConstraint(constraint, place),
        prices: readModelPrices(prices, place),
      };
    }),
  };
}

function readMatch(value: unknown, place: string): Match {
  const [[kind, operand] = []] = Object.entries(demandObject(value, place));
  if (kind === "or" || kind === "and") {
    const all = demandList(operand, place).map((it) => readMatch(it, place));
    return kind === "or"
      ? (name) => all.some((matches) => matches(name))
      : (name) => all.every((matches) => matches(name));
  }
  const text = demandText(operand, place);
  const lower = text.toLowerCase();
  switch (kind) {
    case "equals":
      return (name) => name === lower;
    case "starts_with":
      return (name) => name.startsWith(lower);
    case "ends_with":
      return (name) => name.endsWith(lower);
    case "contains":
      return (name) => name.includes(lower);
    case "regex": {
      const pattern = new RegExp(text);
      return (name) => pattern.test(name);
    }
    default:
      throw new PricesError(`${place} has an unknown match "${kind}"`);
  }
}

function readConstraint(value: unknown, place: string): During {
  if (value === undefined) return () => true;
  const { type, start_date, start_time, end_time } = demandObject(value, place);
  if (type === "start_date") {
    const start = Date.parse(demandText(start_date, place));
    return (tsMs) => tsMs >= start;
  }
  const start = readTime(start_time, place);
  const end = readTime(end_time, place);
  return (tsMs) => {
    const time = tsMs % DAY_MS;
    return start <= end
      ? time >= start && time < end
      : time >= start || time < end;
  };
}

const DAY_MS = 86_400_000;

/** A time of day in UTC, in milliseconds. */
function readTime(value: unknown, place: string): number {
  return Date.parse(`1970-01-01T${demandText(value, place)}`);
}

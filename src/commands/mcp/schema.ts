// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The arguments of tools: a JSON schema for the agent, and the check of what it sends.
 * @module
 */
import { JsonSchemaAdapter } from "tmcp/adapter";

/** One argument. */
export type Argument =
  & {
    description: string;
    /** Left out: the argument is optional. */
    isRequired?: true;
  }
  & (
    | { type: "string" }
    | { type: "boolean" }
    | { type: "integer"; maximum: number }
  );

/** The arguments of a tool by their names. */
export type Arguments = Readonly<Record<string, Argument>>;

/** The values of arguments. */
export type ArgumentValues = Readonly<
  Record<string, string | number | boolean>
>;

/** A schema in the form that the server takes (Standard Schema 1). */
export interface ArgumentSchema {
  readonly fields: Arguments;
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (
      value: unknown,
    ) => { value: ArgumentValues } | { issues: { message: string }[] };
    readonly types?: { input: ArgumentValues; output: ArgumentValues };
  };
}

/** Makes the schema of a tool's arguments. */
export function makeSchema(fields: Arguments): ArgumentSchema {
  return {
    fields,
    "~standard": {
      version: 1,
      vendor: "kaizen",
      validate: (value) => checkArguments(fields, value),
    },
  };
}

/** Turns our schemas into JSON schemas. */
export class ArgumentsAdapter extends JsonSchemaAdapter<ArgumentSchema> {
  override toJsonSchema(
    { fields }: ArgumentSchema,
  ): ReturnType<JsonSchemaAdapter<ArgumentSchema>["toJsonSchema"]> {
    const names = Object.keys(fields);
    return Promise.resolve({
      type: "object",
      properties: Object.fromEntries(
        names.map((name) => {
          const { isRequired: _isRequired, ...rest } = fields[name] ?? {};
          const isText = fields[name]?.type === "string";
          return [name, isText ? { ...rest, minLength: 1 } : rest];
        }),
      ),
      required: names.filter((name) => fields[name]?.isRequired),
      additionalProperties: false,
    });
  }
}

function checkArguments(
  fields: Arguments,
  value: unknown,
): { value: ArgumentValues } | { issues: { message: string }[] } {
  const all = value ?? {};
  if (typeof all !== "object" || Array.isArray(all)) {
    return { issues: [{ message: "arguments must be an object" }] };
  }
  const issues: { message: string }[] = [];
  const values: Record<string, string | number | boolean> = {};
  for (const [name, one] of Object.entries(all)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) issues.push({ message: `unknown: "${name}"` });
    else if (one === null) continue;
    else if (fits(field, one)) values[name] = one;
    else issues.push({ message: `"${name}" must be ${describe(field)}` });
  }
  for (const [name, { isRequired }] of Object.entries(fields)) {
    if (isRequired && values[name] === undefined) {
      issues.push({ message: `"${name}" is missing` });
    }
  }
  return issues.length > 0 ? { issues } : { value: values };
}

function fits(
  field: Argument,
  value: unknown,
): value is string | number | boolean {
  if (field.type === "string") return typeof value === "string" && value !== "";
  if (field.type === "boolean") return typeof value === "boolean";
  return typeof value === "number" && Number.isSafeInteger(value) &&
    value >= 0 && value <= field.maximum;
}

function describe(field: Argument): string {
  if (field.type === "integer") return `an integer from 0 to ${field.maximum}`;
  return field.type === "string" ? "a string that is not empty" : "a boolean";
}

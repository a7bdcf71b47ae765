/**
 * JSON Schemas that cannot drift from the types they describe: the compiler asks for every member, and
 * for `optional` exactly where the type has a question mark.
 */
export interface Schema {
  readonly $ref?: string;
  readonly $id?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  /** Of a mapping: the schema of every value. */
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly optional?: never;
}

export interface OptionalSchema {
  readonly optional: Schema;
}

export type Members<View> = {
  readonly [Key in keyof View]-?: Record<never, never> extends Pick<View, Key>
    ? OptionalSchema
    : Schema;
};

export function object<View>(members: Members<View>, description?: string): Schema {
  const entries = Object.entries<Schema | OptionalSchema>(members);
  const properties = Object.fromEntries(
    entries.map(([name, member]) => [name, member.optional ?? (member as Schema)]),
  );
  const required = entries.filter(([, member]) => member.optional === undefined);
  return {
    type: 'object',
    ...(description === undefined ? {} : { description }),
    properties,
    // JSON Schema draft 4 (OpenAPI 3.0) refuses an empty list.
    ...(required.length === 0 ? {} : { required: required.map(([name]) => name) }),
  };
}

export function optional(schema: Schema): OptionalSchema {
  return { optional: schema };
}

export function text(description?: string): Schema {
  return { type: 'string', ...(description === undefined ? {} : { description }) };
}

export function oneOfWords(words: readonly string[]): Schema {
  return { type: 'string', enum: words };
}

export function listOf(items: Schema, description?: string): Schema {
  return { type: 'array', items, ...(description === undefined ? {} : { description }) };
}

export function count(description?: string): Schema {
  return {
    type: 'integer',
    minimum: 0,
    ...(description === undefined ? {} : { description }),
  };
}

export const boolean: Schema = { type: 'boolean' };

/** A reference to a schema registered under this name. */
export function named(name: string): Schema {
  return { $ref: `${name}#` };
}

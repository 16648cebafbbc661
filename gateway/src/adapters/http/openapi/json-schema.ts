/** A JSON Schema of draft 2020-12, which OpenAPI 3.1 uses. */
export type Schema = Readonly<Record<string, unknown>>;

export function refTo(component: string): Schema {
  return { $ref: `#/components/schemas/${component}` };
}

/** With what is undefined left out. */
export function schemaOf(keywords: Schema): Schema {
  return Object.fromEntries(Object.entries(keywords).filter(([, value]) => value !== undefined));
}

/** The columns that hold a value field by field: the one list from which the entity and the mapping of rows derive. */
export interface ColumnGroup<T extends object, P extends string, C extends object> {
  /** Properties of the entity, all nullable: a row that was just received has none of them. */
  readonly columns: Prefixed<P, C>;
  toColumns(value: T): { [K in keyof Prefixed<P, C>]: unknown };
  /** @throws Error if a column is null whose field never is */
  fromRow(row: object): T;
}

/** Properties whose names begin with the name of their group: `codec` of the group `video` is `videoCodec`. */
export type Prefixed<P extends string, T extends object> = P extends ''
  ? T
  : { [K in keyof T & string as `${P}${Capitalize<K>}`]: T[K] };

type NullableKeys<T> = { [K in keyof T]: null extends T[K] ? K : never }[keyof T];
type RequiredKeys<T> = Exclude<keyof T, NullableKeys<T>>;

/**
 * Describes the columns for the fields of a `T`, none missing.
 *
 * @param prefix '' if no other group has fields of these names
 * @param required columns of the fields that are never null
 * @param optional columns of the fields that may be null
 */
export function columnGroupOf<T extends object>() {
  return <P extends string, R extends Record<RequiredKeys<T>, unknown>, O extends Record<NullableKeys<T>, unknown>>(
    prefix: P,
    required: R,
    optional: O,
  ): ColumnGroup<T, P, R & O> => {
    const fields = Object.keys({ ...required, ...optional });
    const propertyOf = (field: string) =>
      prefix === '' ? field : `${prefix}${field.charAt(0).toUpperCase()}${field.slice(1)}`;
    // Made once: rows of a page have thousands of fields.
    const places = fields.map(field => ({ field, property: propertyOf(field), isRequired: field in required }));
    const toProperties = (source: object) => {
      const values = source as Readonly<Record<string, unknown>>;
      return Object.fromEntries(places.map(({ field, property }) => [property, values[field]]));
    };

    return {
      columns: toProperties({ ...required, ...optional }) as Prefixed<P, R & O>,
      toColumns: value => toProperties(value) as { [K in keyof Prefixed<P, R & O>]: unknown },
      fromRow(row) {
        const values = row as Readonly<Record<string, unknown>>;
        const read: Record<string, unknown> = {};
        for (const { field, property, isRequired } of places) {
          const value = values[property] ?? null;
          read[field] = isRequired ? requireColumn(value) : value;
        }
        return read as T;
      },
    };
  };
}

/** A column that the row's status requires; the checks of the table hold the rule. */
export function requireColumn<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('A row of alerts lacks what its status requires.');
  return value;
}

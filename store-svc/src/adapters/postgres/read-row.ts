import type { EntityProperty } from '@mikro-orm/core';
import type { MikroORM } from '@mikro-orm/postgresql';
import { AlertRow } from './alert-row.ts';

/**
 * Makes a row of one that the driver gives for `selectAll` or `selectCurrent`, in which 64 bits and times are text. It
 * is the same object afterwards.
 */
export type ReadRow = (given: object) => AlertRow;

/** Without making entities, which costs five times as much as Postgres needs to answer. */
export function rowReader(orm: MikroORM): ReadRow {
  const described: Readonly<Record<string, EntityProperty>> = orm.getMetadata().get(AlertRow).properties;
  const platform = orm.em.getPlatform();
  const converted = Object.values(described).flatMap(({ name, customType, runtimeType }) => {
    if (customType) return [{ name, convert: (value: unknown) => customType.convertToJSValue(value, platform) }];
    return runtimeType === 'Date' ? [{ name, convert: (value: unknown) => platform.parseDate(value as string) }] : [];
  });

  return given => {
    const row = given as Record<string, unknown>;
    for (const { name, convert } of converted) {
      const value = row[name];
      if (value !== null && value !== undefined) row[name] = convert(value);
    }
    return row as unknown as AlertRow;
  };
}

import { type RawQueryFragment, raw } from '@mikro-orm/core';

/**
 * Rows as a JSON literal of SQL. MikroORM writes parameters into the statement, quoting strings letter by letter, which
 * takes 20 MB for a full batch of outcomes. JSON can spell an apostrophe so that nothing is left to quote; sessions
 * have `standard_conforming_strings` on, so a backslash is a backslash.
 */
export function jsonLiteral(rows: readonly object[]): RawQueryFragment {
  return raw(`'${JSON.stringify(rows).replaceAll("'", '\\u0027')}'`);
}

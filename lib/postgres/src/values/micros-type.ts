import { type TransformContext, Type } from '@mikro-orm/core';
import { fromTimestampText, toTimestampText } from './timestamp-text.ts';

/** A `timestamptz` that is a number of microseconds since the Unix epoch in JavaScript. */
export class MicrosType extends Type<number, string> {
  override convertToDatabaseValue(value: number | string, _platform: unknown, _context?: TransformContext): string {
    return typeof value === 'number' ? toTimestampText(value) : value;
  }

  override convertToJSValue(value: number | string): number {
    return typeof value === 'string' ? fromTimestampText(value) : value;
  }

  override compareAsType(): string {
    return 'number';
  }

  override getColumnType(): string {
    return 'timestamptz(6)';
  }
}

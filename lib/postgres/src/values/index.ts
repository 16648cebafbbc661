export { jsonLiteral } from './json-literal.ts';
export { MicrosType } from './micros-type.ts';
export { fromTimestampText, toTimestampText } from './timestamp-text.ts';

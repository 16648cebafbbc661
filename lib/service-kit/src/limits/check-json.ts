import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '../grpc/rpc-error.ts';
import { beyondDecodeLimit, type DecodeLimits } from './decode-limits.ts';

/** Estimates of what V8 takes, in bytes, for the JSON and for the message that is made from it. */
const CONTAINER_BYTES = 160;
const VALUE_BYTES = 48;

/**
 * Reading a number takes time with the square of its digits: `BigInt` takes 12 s for 8 MB of them. No number needs
 * more; a double is exact to 767.
 */
const MAX_DIGITS = 1_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LOWER_U = 0x75;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Scans JSON text and checks it against the limits, without parsing it: linear time, no allocation. Whether the text is
 * well-formed is left to `JSON.parse`.
 *
 * @param bytes UTF-8
 * @returns an estimate of the bytes that the JSON and the message made from it take on the heap
 * @throws ConnectError RESOURCE_EXHAUSTED beyond a limit, INVALID_ARGUMENT for a number with more than 1,000 digits
 */
export function checkJson(bytes: Uint8Array, limits: DecodeLimits): number {
  let depth = 0;
  let values = 1;
  let heapBytes = VALUE_BYTES;
  let digits = 0;
  for (let position = 0; position < bytes.byteLength; position++) {
    const byte = bytes[position] as number;
    if (byte >= DIGIT_0 && byte <= DIGIT_9) {
      if (++digits > MAX_DIGITS) throw tooManyDigits();
      continue;
    }
    digits = 0;
    switch (byte) {
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (++depth > limits.maxDepth) throw beyondDecodeLimit('maxDepth', limits);
        // Its first element; each other has a comma before it.
        values++;
        heapBytes += CONTAINER_BYTES;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--;
        break;
      case COMMA:
        values++;
        heapBytes += VALUE_BYTES;
        break;
      case QUOTE: {
        const end = endOfString(bytes, position + 1);
        // Characters beyond Latin-1 take two bytes each.
        heapBytes += VALUE_BYTES + 2 * (end - position);
        position = end;
        break;
      }
      default:
        continue;
    }
    if (values > limits.maxValues) throw beyondDecodeLimit('maxValues', limits);
    if (heapBytes > limits.maxHeapBytes) throw beyondDecodeLimit('maxHeapBytes', limits);
  }
  return heapBytes;
}

/** The position of the closing quote, or the end of the text. */
function endOfString(bytes: Uint8Array, start: number): number {
  let digits = 0;
  for (let position = start; position < bytes.byteLength; position++) {
    const byte = bytes[position] as number;
    if (byte === QUOTE) return position;
    if (byte === BACKSLASH) {
      // `\u0039` is a digit too.
      if (isEscapedDigit(bytes, position)) digits++;
      else digits = 0;
      position += bytes[position + 1] === LOWER_U ? 5 : 1;
    } else if (byte >= DIGIT_0 && byte <= DIGIT_9) {
      digits++;
    } else {
      digits = 0;
    }
    if (digits > MAX_DIGITS) throw tooManyDigits();
  }
  return bytes.byteLength;
}

function isEscapedDigit(bytes: Uint8Array, position: number): boolean {
  const last = bytes[position + 5] as number;
  return (
    bytes[position + 1] === LOWER_U &&
    bytes[position + 2] === DIGIT_0 &&
    bytes[position + 3] === DIGIT_0 &&
    bytes[position + 4] === DIGIT_0 + 3 &&
    last >= DIGIT_0 &&
    last <= DIGIT_9
  );
}

function tooManyDigits(): ConnectError {
  return rpcError(Code.InvalidArgument, `The JSON holds a number of more than ${MAX_DIGITS} digits; shorten it.`, {
    reason: 'NUMBER_TOO_LONG',
    metadata: { limit: String(MAX_DIGITS) },
  });
}

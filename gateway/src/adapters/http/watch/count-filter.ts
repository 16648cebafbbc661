import type { OutcomeFilter } from '@vigie/outcome-feed';
import type { Exchange } from '../exchange.ts';

/** What the feed keeps of a store or label by which it finds a watch, measured. */
const NAME_BYTES = 300;
/** Of two bytes each, in the filter and in the key that tells it from others. */
const CHARACTER_BYTES = 4;

/**
 * Counts what a watch keeps of its filter as in hand until it ends, in the place of the request, which is no longer
 * needed.
 *
 * @throws ConnectError RESOURCE_EXHAUSTED if too many bytes are in hand already
 */
export function countFilter({ call }: Exchange, { stores, labels }: OutcomeFilter): void {
  if (call === undefined) return;
  call.giveBackBytes(call.bytes);
  let bytes = 0;
  for (const { length } of [...stores, ...labels]) bytes += NAME_BYTES + CHARACTER_BYTES * length;
  call.takeBytes(bytes);
}

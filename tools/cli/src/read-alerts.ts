import { createInterface } from 'node:readline';
import type { NewAlert } from '@vigie/client';
import { WrongUsageError } from './wrong-usage-error.ts';

/** The alerts of NDJSON as they come, or of a JSON array. @throws WrongUsageError for what is neither */
export async function* readAlerts(input: NodeJS.ReadableStream): AsyncGenerator<NewAlert, void, undefined> {
  let number = 0;
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    number += 1;
    if (line.value.trim() === '') continue;
    if (number === 1 && line.value.trimStart().startsWith('[')) {
      yield* arrayOf([line.value, ...(await Array.fromAsync({ [Symbol.asyncIterator]: () => lines }))].join('\n'));
      return;
    }
    yield alertOf(parse(line.value, `line ${number}`), `line ${number}`);
  }
}

function* arrayOf(json: string): Generator<NewAlert, void, undefined> {
  for (const [index, item] of (parse(json, 'the array') as unknown[]).entries())
    yield alertOf(item, `item ${index + 1}`);
}

function parse(json: string, where: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new WrongUsageError(`${where} is not JSON: ${(error as Error).message}`);
  }
}

/** Its fields are for the server to judge. */
function alertOf(value: unknown, where: string): NewAlert {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as NewAlert;
  throw new WrongUsageError(`${where} is not a JSON object`);
}

import type { IncomingMessage } from 'node:http';

/** The headers of a request, without HTTP/2's pseudo headers. */
export function headersOf({ headers }: IncomingMessage): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    // `Headers` refuses pseudo headers.
    if (value === undefined || name.startsWith(':')) continue;
    for (const each of [value].flat()) result.append(name, each);
  }
  return result;
}

/** Header fields of a response as undici gives them: names in lower case. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The field's value; of one that was sent several times, the first. */
export function headerOf(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** `Content-Length`; `null` if the server doesn't say. */
export function contentLengthOf(headers: ResponseHeaders): number | null {
  const value = headerOf(headers, 'content-length');
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

/** Microseconds since the Unix epoch as Postgres reads them, exactly; a JavaScript Date stops at milliseconds. */
export function toTimestampText(micros: number): string {
  // Years beyond 9999 have a sign and six digits in ISO 8601, which Postgres doesn't read.
  const iso = new Date(Math.floor(micros / 1e6) * 1e3).toISOString().replace(/^\+0/, '');
  const fraction = String(((micros % 1e6) + 1e6) % 1e6).padStart(6, '0');
  return `${iso.slice(0, iso.indexOf('.'))}.${fraction}Z`;
}

const TIMESTAMP_FORM = /^(\d{4,5}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;

/** @param text a timestamptz as Postgres writes it in a session in UTC, for example `2025-06-02 10:22:00.68+00` */
export function fromTimestampText(text: string): number {
  const [, date, time, fraction = ''] = TIMESTAMP_FORM.exec(text) ?? [];
  if (date === undefined || time === undefined) throw new Error(`Not a timestamptz in UTC: ${text}`);
  const iso = `${date.length > '2025-06-02'.length ? '+0' : ''}${date}T${time}Z`;
  return Date.parse(iso) * 1e3 + Number(fraction.padEnd(6, '0'));
}

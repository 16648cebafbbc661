/** What one machine says of each file. */
export type Values = Readonly<Record<string, unknown>>;

/** A line for each value that isn't the same on all machines: `h264.mp4 video.width: 320 on one, 322 on other`. */
export function valueDifferences(machines: ReadonlyMap<string, Values>): string[] {
  const flat = new Map([...machines].map(([name, values]) => [name, flatten(values)]));
  const places = new Set([...flat.values()].flatMap(values => [...values.keys()]));
  return [...places].flatMap(place => {
    const found = [...flat].map(([name, values]) => ({ name, value: values.get(place) ?? 'nothing' }));
    if (found.every(({ value }) => value === found[0]?.value)) return [];
    return `${place}: ${found.map(({ name, value }) => `${value} on ${name}`).join(', ')}`;
  });
}

function flatten(value: unknown, place: readonly string[] = []): Map<string, string> {
  if (typeof value !== 'object' || value === null) return new Map([[placeName(place), JSON.stringify(value)]]);
  return new Map(Object.entries(value).flatMap(([key, item]) => [...flatten(item, [...place, key])]));
}

function placeName([file = '', ...fields]: readonly string[]): string {
  return `${file} ${fields.join('.')}`;
}

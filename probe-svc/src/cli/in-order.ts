/** Works on up to `atOnce` items at the same time and gives the results in the items' order, each as soon as it can be. */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): AsyncIterable<Result> {
  const begun: Promise<Result>[] = [];
  for (const item of items) {
    const result = work(item);
    // It is looked at when its turn comes.
    result.catch(() => {});
    begun.push(result);
    if (begun.length === atOnce) yield await (begun.shift() as Promise<Result>);
  }
  for (const result of begun) yield await result;
}

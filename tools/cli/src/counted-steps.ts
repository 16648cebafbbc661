import type { Output } from './output.ts';

/**
 * Prints how many were changed: also how many already were if it fails on the way.
 *
 * @param verb what is done to each
 * @param work returns the counts by their names
 */
export async function countedSteps<Counts extends Readonly<Record<string, number>>>(
  verb: string,
  output: Output,
  work: (onProgress: (done: number) => void) => Promise<Counts>,
): Promise<Counts> {
  let done = 0;
  try {
    const counts = await work(count => {
      done = count;
    });
    if (output.json) output.value(counts);
    else
      output.text(
        Object.entries(counts)
          .map(([name, count]) => `${count} ${name}`)
          .join(', '),
      );
    return counts;
  } catch (error) {
    if (done > 0) output.note(`${done} ${verb} before it failed.`);
    throw error;
  }
}

import { SparseFile } from '@vigie/media-source';
import type { HeaderProbe } from '../../ports/header-probe.ts';
import type { ChildMessage, ProbeQuestion } from './child-messages.ts';

/** The child's side: answers what the service asks, until the service disconnects. */
export function serveProbes(headerProbe: HeaderProbe): void {
  let file = new SparseFile();
  process.on('message', (question: ProbeQuestion) => {
    if (question.isNewFile) file = new SparseFile();
    void answer(headerProbe, file, question).then(send);
  });
  // Whoever stops the service may signal its children too, but only the service ends them.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  // Not exit(): that would wait for a thread which may never come back.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  send({ kind: 'ready' });
}

async function answer(
  headerProbe: HeaderProbe,
  file: SparseFile,
  { ranges, sizeBytes, timeoutMs }: ProbeQuestion,
): Promise<ChildMessage> {
  try {
    for (const { offset, bytes } of ranges) file.add(offset, bytes);
    file.sizeBytes = sizeBytes;
    return { kind: 'answer', answer: await headerProbe.probe(file, { timeoutMs }) };
  } catch (error) {
    return { kind: 'error', message: error instanceof Error ? error.message : String(error) };
  }
}

function send(message: ChildMessage): void {
  // The service may be gone: there is nobody to report the error to.
  process.send?.(message, () => {});
}

import { randomUUID } from 'node:crypto';
import { poll } from '@vigie/service-kit/async';
import type { Logger } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { type AuditEvent, AuditQueue } from './audit-queue.ts';

interface Line {
  readonly level: string;
  readonly text: string;
  readonly entry: object;
}

function anEvent(method = 'a/B'): AuditEvent {
  return {
    ...{ id: randomUUID(), at: new Date(), subject: 'key:a', tenant: 'default' },
    ...{ method, request: '{}', code: 'OK', traceId: '' },
  };
}

describe('AuditQueue', () => {
  let lines: Line[];
  let kept: AuditEvent[];
  /** Of each call. */
  let sizes: number[];
  let fault: Error | undefined;
  let queue: AuditQueue;

  beforeEach(() => {
    [lines, kept, sizes, fault] = [[], [], [], undefined];
    const writer = (level: string) => (entry: object, text: string) => void lines.push({ level, text, entry });
    queue = new AuditQueue({
      async send(events) {
        sizes.push(events.length);
        if (fault !== undefined) throw fault;
        kept.push(...events);
      },
      isRetryable: error => (error as Error).message !== 'never',
      logger: { info: writer('info'), warn: writer('warn'), error: writer('error') } as unknown as Logger,
    });
  });
  afterEach(() => queue[Symbol.asyncDispose]());

  const linesOf = (level: string) => lines.filter(line => line.level === level);

  async function allKept(count: number): Promise<void> {
    await poll(async () => (kept.length >= count ? true : undefined), { intervalMs: 5, timeoutMs: 60_000 });
    expect(kept).to.have.lengthOf(count);
  }

  it('sends events in their order, in batches, and logs each', async () => {
    const events = Array.from({ length: 250 }, () => anEvent());
    for (const event of events) queue.add(event);
    await allKept(250);
    expect(kept).to.deep.equal(events);
    expect(sizes).to.deep.equal([100, 100, 50]);
    expect(lines.map(({ entry }) => entry)).to.deep.equal(events);
    expect(new Set(lines.map(({ text }) => text))).to.deep.equal(new Set(['audited']));
    queue.add(anEvent());
    await allKept(251);
  });

  it('goes on trying, and says so once', async () => {
    fault = new Error('away');
    const events = [anEvent(), anEvent()];
    for (const event of events) queue.add(event);
    await poll(async () => (sizes.length >= 3 ? true : undefined), { intervalMs: 5, timeoutMs: 60_000 });
    queue.add(anEvent());
    fault = undefined;
    await allKept(3);
    expect(kept.slice(0, 2)).to.deep.equal(events);
    expect(linesOf('warn')).to.have.lengthOf(1);
    expect(linesOf('error')).to.deep.equal([]);
  });

  it('leaves out what is refused for good, and says so', async () => {
    fault = new Error('never');
    const refused = anEvent();
    queue.add(refused);
    await poll(async () => linesOf('error')[0], { intervalMs: 5, timeoutMs: 60_000 });
    expect(linesOf('error')[0]?.entry).to.deep.equal({ events: [refused.id], why: 'never' });
    fault = undefined;
    queue.add(anEvent());
    await allKept(1);
  });

  it('drops the oldest beyond 10,000, and says so', async () => {
    fault = new Error('away');
    const events = Array.from({ length: 10_102 }, (_, n) => anEvent(String(n)));
    for (const event of events.slice(0, 100)) queue.add(event);
    await poll(async () => sizes[0], { intervalMs: 5, timeoutMs: 60_000 });
    for (const event of events.slice(100)) queue.add(event);
    fault = undefined;
    await allKept(10_100);
    const methods = kept.map(({ method }) => method);
    expect(methods.slice(99, 101)).to.deep.equal(['99', '102']);
    const why = 'too many wait';
    expect(linesOf('error').map(({ entry }) => entry)).to.deep.equal(
      events.slice(100, 102).map(({ id }) => ({ events: [id], why })),
    );
  });

  it('sends what waits before it ends', async () => {
    const events = Array.from({ length: 150 }, () => anEvent());
    for (const event of events) queue.add(event);
    await queue[Symbol.asyncDispose]();
    expect(kept).to.deep.equal(events);
  });

  it('ends within a second or so where nobody takes it, and says what is in the log alone', async () => {
    fault = new Error('away');
    const events = Array.from({ length: 150 }, () => anEvent());
    for (const event of events) queue.add(event);
    const began = performance.now();
    await queue[Symbol.asyncDispose]();
    expect(performance.now() - began).to.be.below(10_000);
    const lost = linesOf('error').flatMap(({ entry }) => (entry as { events: string[] }).events);
    expect(lost).to.deep.equal(events.map(({ id }) => id));
    const tries = sizes.length;
    queue.add(anEvent());
    await poll(async () => linesOf('error')[2], { intervalMs: 5, timeoutMs: 60_000 });
    expect(sizes).to.have.lengthOf(tries);
  });
});

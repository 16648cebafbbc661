import { once } from 'node:events';
import { Slots } from '@vigie/service-kit/async';
import { expect } from 'chai';
import { createInspectMedia, type Inspection, type InspectionLimits } from './inspect-media.ts';
import { MediaSourceError } from './media-source.ts';
import { ReadBudgetExceededError } from './read-budget.ts';
import type { InspectOptions, Need } from './read-until-known.ts';
import type { SparseFile } from './sparse-file.ts';
import { MemoryMediaSource } from './testing/memory-media-source.ts';
import { FOUND, type Found, need as needOf, ScriptedInspect } from './testing/scripted-inspect.ts';

const limits = { firstRangeBytes: 100, maxBytes: 10_000, maxRequests: 4, timeoutMs: 10_000 };
const need = (offset: number, lengthBytes = 100): Need => needOf(offset, lengthBytes);

const errorOf = ({ result }: Inspection<Found>) => (result.kind === 'unread' ? result.error : undefined);

describe('inspectMedia', () => {
  let source: MemoryMediaSource;

  beforeEach(() => {
    source = new MemoryMediaSource();
    source.files.set('/a.mp4', new Uint8Array(5_000));
  });

  const inspect = (
    script: ScriptedInspect,
    { name = '/a.mp4', signal, ...changed }: Partial<InspectionLimits> & { name?: string; signal?: AbortSignal } = {},
  ) => createInspectMedia(source, { ...limits, ...changed })(name, script.inspect, { signal });

  it('reads the first range and then only what is needed', async () => {
    const seen: number[][] = [];
    const note = (file: SparseFile, answer: Found | Need) => {
      seen.push([file.sizeBytes ?? -1, file.heldBytes]);
      return answer;
    };
    const probe = new ScriptedInspect(
      file => note(file, need(4_000, 50)),
      file => note(file, FOUND),
    );
    const report = await inspect(probe);
    expect(report.result).to.deep.equal({ kind: 'known', answer: FOUND });
    expect(source.reads).to.deep.equal([
      { offset: 0, lengthBytes: 100 },
      { offset: 4_000, lengthBytes: 50 },
    ]);
    expect(seen).to.deep.equal([
      [5_000, 100],
      [5_000, 150],
    ]);
    expect(report).to.include({ requests: 2, bytesRead: 150 });
    expect(report.elapsedMs).to.equal(Number(report.elapsedMs.toFixed(3)));
  });

  it("goes on with all of its time once an inspection's turn has come, however long that took", async () => {
    const waiting = async (_: SparseFile, { timeoutMs, suspendDeadline }: InspectOptions): Promise<Found | Need> => {
      using _wait = suspendDeadline?.();
      // Its signal would abort the next read.
      await once(AbortSignal.timeout(2 * timeoutMs), 'abort');
      return source.reads.length === 1 ? need(4_000, 50) : FOUND;
    };
    const report = await createInspectMedia(source, { ...limits, timeoutMs: 50 })('/a.mp4', waiting);
    expect(report.result).to.deep.equal({ kind: 'known', answer: FOUND });
  });

  describe('when memory is limited', () => {
    let places: Slots;
    let taken: number;
    const roomForLarge = {
      take: async (signal?: AbortSignal) => {
        const place = await places.take(signal);
        taken++;
        return place;
      },
    };
    const inspectWithin = (script: ScriptedInspect, timeoutMs = limits.timeoutMs, signal?: AbortSignal) =>
      createInspectMedia(source, { ...limits, timeoutMs }, { smallBytes: 1_000, roomForLarge })(
        '/a.mp4',
        script.inspect,
        { signal },
      );

    beforeEach(() => {
      places = new Slots(1);
      taken = 0;
    });

    it('asks for room before it reads more than a small file has, once, and gives it back', async () => {
      const held: number[] = [];
      const note = (answer: Found | Need) => {
        held.push(taken, source.reads.length);
        return answer;
      };
      const small = new ScriptedInspect(need(2_000, 900), FOUND);
      expect(await inspectWithin(small)).to.have.nested.property('result.kind', 'known');
      expect(taken).to.equal(0);
      source.reads.length = 0;
      const large = new ScriptedInspect(
        () => note(need(100, 901)),
        () => note(need(2_000, 2_000)),
        () => note(FOUND),
      );
      expect(await inspectWithin(large)).to.have.nested.property('result.kind', 'known');
      expect(held).to.deep.equal([0, 1, 1, 2, 1, 3]);
      expect(places.allFree).to.equal(true);
    });

    it('waits for room as long as it takes, which costs none of its time', async () => {
      const place = await places.take();
      const waiting = inspectWithin(new ScriptedInspect(need(100, 2_000), FOUND), 50);
      const { reads } = source;
      await once(AbortSignal.timeout(100), 'abort');
      expect(reads).to.have.lengthOf(1);
      place[Symbol.dispose]();
      expect(await waiting).to.have.nested.property('result.kind', 'known');
    });

    it('ends its wait with the reason of an abort, and passes a refusal on', async () => {
      using _place = await places.take();
      const caller = new AbortController();
      const waiting = inspectWithin(new ScriptedInspect(need(100, 2_000)), limits.timeoutMs, caller.signal);
      caller.abort(new Error('gone'));
      expect(await waiting.catch((error: unknown) => error)).to.equal(caller.signal.reason);

      const refusal = new Error('no room');
      const memory = { smallBytes: 1_000, roomForLarge: { take: async () => Promise.reject(refusal) } };
      const script = new ScriptedInspect(need(100, 2_000));
      const refused = createInspectMedia(source, limits, memory)('/a.mp4', script.inspect);
      expect(await refused.catch((error: unknown) => error)).to.equal(refusal);
    });
  });

  it('gives no partial answer once the ranges are used up', async () => {
    const probe = new ScriptedInspect(file => need(file.heldBytes));
    const report = await inspect(probe);
    expect(errorOf(report)).to.be.instanceOf(ReadBudgetExceededError);
    expect(report.requests).to.equal(4);
  });

  it('never reads more than its bytes', async () => {
    const probe = new ScriptedInspect(file => need(file.heldBytes, 400));
    const report = await inspect(probe, { maxBytes: 700 });
    expect(errorOf(report)).to.be.instanceOf(ReadBudgetExceededError);
    expect(report.bytesRead).to.equal(700);
  });

  it('reports that the source would need too many bytes', async () => {
    const error = new ReadBudgetExceededError('too far');
    source.beforeRead = () => {
      throw error;
    };
    expect(errorOf(await inspect(new ScriptedInspect(FOUND)))).to.equal(error);
  });

  it('reports a missing file, and when to ask again for one that is out of reach', async () => {
    const probe = new ScriptedInspect(FOUND);
    expect(errorOf(await inspect(probe, { name: '/b.mp4' }))?.reason).to.equal('NOT_FOUND');
    source.beforeRead = () => {
      throw new MediaSourceError('UNREACHABLE', 'busy', { retryAfterMs: 7_000 });
    };
    expect(errorOf(await inspect(probe))).to.have.property('retryAfterMs', 7_000);
  });

  it('starts afresh when the file changes, with nothing of the old one', async () => {
    const probe = new ScriptedInspect(need(200), file => {
      expect(file.ranges.map(({ offset }) => offset)).to.deep.equal([0]);
      expect(file.sizeBytes).to.equal(3_000);
      return FOUND;
    });
    source.beforeRead = ({ offset }) => offset === 200 && source.files.set('/a.mp4', new Uint8Array(3_000));
    const report = await inspect(probe);
    expect(report.result.kind).to.equal('known');
    expect(report.requests).to.equal(3);
  });

  it('leaves a file that keeps changing for later', async () => {
    source.beforeRead = () => source.files.set('/a.mp4', new Uint8Array(1_000));
    const report = await inspect(new ScriptedInspect(FOUND));
    expect(errorOf(report)).to.include({ reason: 'UNREACHABLE', message: 'the file keeps changing while it is read' });
  });

  it('ends a read that takes too long as unreachable: the file may be fine', async () => {
    source.beforeRead = (_, signal) => once(signal, 'abort');
    const report = await inspect(new ScriptedInspect(FOUND), { timeoutMs: 20 });
    expect(errorOf(report)?.reason).to.equal('UNREACHABLE');
    expect(errorOf(report)).to.have.property('timedOut', true);
    expect(errorOf(report)?.message).to.contain('20 ms');
  });

  it('gives the inspection only the time that is left', async () => {
    const probe = new ScriptedInspect((_, { timeoutMs }) => {
      expect(timeoutMs).to.be.within(1, 10_000);
      return FOUND;
    });
    await inspect(probe);
    expect(probe.calls).to.equal(1);
  });

  it('does not go on for ever when a source has nothing more to send', async () => {
    const probe = new ScriptedInspect(need(5_000));
    const report = await inspect(probe, { maxRequests: 1_000 });
    expect(errorOf(report)?.reason).to.equal('UNREACHABLE');
    expect(report.requests).to.equal(2);
  });

  it('lets the inspection decide when the read shows where a file of unknown size ends', async () => {
    source.statesSize = false;
    const probe = new ScriptedInspect(need(5_000), file => {
      expect(file.sizeBytes).to.equal(5_000);
      return FOUND;
    });
    expect((await inspect(probe)).result.kind).to.equal('known');
  });

  it("rejects with the reason of the caller's signal, in a read and in an inspection", async () => {
    const reason = new Error('gone');
    for (const place of ['read', 'inspection']) {
      const caller = new AbortController();
      source.beforeRead = () => place === 'read' && caller.abort(reason);
      const probe = new ScriptedInspect((_, { signal }) => {
        caller.abort(reason);
        throw signal?.reason;
      });
      const error = await inspect(probe, { signal: caller.signal }).catch(caught => caught);
      expect(error, place).to.equal(reason);
    }
  });
});

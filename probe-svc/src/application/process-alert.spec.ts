import { TenantVideos } from '@vigie/access';
import type { Failure, Outcome } from '@vigie/alert';
import { scheduleSpanMs } from '@vigie/service-kit/async';
import { stopwatchBy } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import type { AlertDelivery } from '../domain/alert-delivery.ts';
import { finishAlert } from '../domain/finish-alert.ts';
import { type OutcomeStore, OutcomeStoreError } from '../ports/outcome-store.ts';
import { attemptOf, deliveryOf } from '../testing/delivery-of.ts';
import { mediaOf } from '../testing/media-of.ts';
import { AdmissionQueue } from './admission-queue.ts';
import type { Finding, ProbeVideo } from './probe-video.ts';
import { createProcessAlert, type ProcessAlertParts } from './process-alert.ts';

const schedule = { baseMs: 1_000, maxMs: 60_000, maxAttempts: 14 };
const policy = { schedule, uploadGraceMs: 60_000 };
const cost = { bytesRead: 32_768, requests: 1, elapsedMs: 2.5 };

const probing =
  (finding: Finding, unchangedForMs?: number): ProbeVideo =>
  async () => ({ finding, ...cost, diagnostics: [], unchangedForMs });
const media = probing({ kind: 'media', media: mediaOf() });
const failing = (code: Failure['code'], retryAfterMs?: number) =>
  probing({ kind: 'failure', failure: { code, message: 'why' }, retryAfterMs });

describe('processAlert', () => {
  let steps: string[];
  /** What was written to the journal. */
  let journal: string[];

  beforeEach(() => {
    steps = [];
    journal = [];
  });

  interface Given extends Partial<ProcessAlertParts> {
    readonly delivery?: AlertDelivery;
    /** What the journal says of the attempt that this delivery is given. */
    readonly attempt?: { readonly attempts?: number; readonly isSuspect?: boolean };
    readonly signal?: AbortSignal;
  }

  const queueOf = (now = () => 0) => {
    const presence = { areOthersPresent: () => true };
    return new AdmissionQueue({ slots: 4, capacity: 8, presence, startWatch: stopwatchBy(now) });
  };

  const process = ({ delivery = deliveryOf(), attempt, signal, ...parts }: Given = {}) =>
    createProcessAlert({
      admissionQueue: queueOf(),
      attemptJournal: {
        begin: async begun => ({
          attempt: attemptOf({ ...begun, ...attempt }),
          [Symbol.dispose]: () => void journal.push('survived'),
        }),
        note: async ({ attempts }) => void journal.push(`note ${attempts}`),
      },
      tenantVideos: new TenantVideos('/videos/{tenant}/'),
      probeVideo: media,
      probeVideoIsolated: parts.probeVideo ?? media,
      store: {
        record: async ({ record }) => {
          steps.push(`record ${record.outcome.status}`);
          return { kind: 'current', record };
        },
      },
      publishOutcome: async (_, { outcome }) => void steps.push(`publish ${describeOutcome(outcome)}`),
      policy,
      ...parts,
    })(delivery, signal);

  const describeOutcome = (outcome: Outcome) =>
    outcome.status === 'PROCESSED' ? outcome.status : `${outcome.status} ${outcome.failure.code}`;

  it('writes the row before it publishes the outcome', async () => {
    expect(await process()).to.have.property('kind', 'finished');
    expect(journal).to.deep.equal(['survived']);
    expect(steps).to.deep.equal(['record PROCESSED', 'publish PROCESSED']);
  });

  it("reads no video of another tenant's, and doesn't tell whether there is one", async () => {
    const { alert } = deliveryOf();
    const receivedAt = new Date(Date.now() - 86_400_000);
    const theirs = deliveryOf({ alert: { ...alert, tenant: 'acme' }, receivedAt });
    const probeVideo = () => Promise.reject(new Error('it was read'));
    expect(await process({ delivery: theirs, probeVideo })).to.have.property('kind', 'finished');
    expect(steps).to.deep.equal(['record FAILED', 'publish FAILED VIDEO_NOT_FOUND']);
    const own = deliveryOf({ alert: { ...alert, tenant: 'acme', video: '/videos/acme/a.mp4' } });
    steps = [];
    await process({ delivery: own });
    expect(steps).to.deep.equal(['record PROCESSED', 'publish PROCESSED']);
  });

  it('finishes an alert with what its video is and what finding that cost', async () => {
    const delivery = deliveryOf({ deliveries: 5 });
    const result = await process({ delivery, attempt: { attempts: 2 } });
    if (result.kind !== 'finished') throw new Error(result.kind);
    const { record } = result;
    expect(record.outcome).to.deep.equal({ status: 'PROCESSED', media: mediaOf() });
    expect(record.effort).to.deep.equal({ attempts: 2, ...cost });
    expect(record).to.include({ alert: delivery.alert, receivedAt: delivery.receivedAt, traceId: delivery.traceId });
    expect(record.processedAt.getTime()).to.be.closeTo(Date.now(), 60_000);
  });

  it('fails an alert whose file is not a video', async () => {
    expect(await process({ probeVideo: failing('NOT_A_VIDEO') })).to.have.property('kind', 'finished');
    expect(steps).to.deep.equal(['record FAILED', 'publish FAILED NOT_A_VIDEO']);
  });

  it('waits for the end of a video that may still be being written, and then takes what is there', async () => {
    const cut = { kind: 'media', media: mediaOf({ truncated: true }) } as const;
    const waiting = await process({ probeVideo: probing(cut) });
    expect(waiting).to.deep.include({ kind: 'retry', attempts: 1 });
    expect(waiting.kind === 'retry' && waiting.failure.code).to.equal('CORRUPT_HEADER');
    expect(steps).to.deep.equal([]);
    const old = deliveryOf({ receivedAt: new Date(Date.now() - 60_000) });
    for (const given of [{ probeVideo: probing(cut), delivery: old }, { probeVideo: probing(cut, 60_000) }]) {
      expect(await process(given)).to.have.property('kind', 'finished');
      expect(steps.splice(0)).to.deep.equal(['record PROCESSED', 'publish PROCESSED']);
    }
  });

  it('says of a video that never became whole how long it was waited for', async () => {
    const delivery = deliveryOf({ receivedAt: new Date(Date.now() - 61_000) });
    const messageAfter = async (attempts: number, code: Failure['code']) => {
      const result = await process({ probeVideo: failing(code), delivery, attempt: { attempts } });
      const { outcome } = result.kind === 'finished' ? result.record : expect.fail(result.kind);
      return outcome.status === 'PROCESSED' ? expect.fail(outcome.status) : outcome.failure.message;
    };
    expect(await messageAfter(7, 'VIDEO_EMPTY')).to.equal('why; still so 61 s after its alert');
    expect(await messageAfter(1, 'VIDEO_EMPTY')).to.equal('why');
    expect(await messageAfter(7, 'NOT_A_VIDEO')).to.equal('why');
  });

  it('probes in isolation what may have ended a process, and nothing else, however often it was delivered', async () => {
    const probed: string[] = [];
    const noting =
      (where: string): ProbeVideo =>
      video => {
        probed.push(where);
        return media(video);
      };
    const parts = { probeVideo: noting('here'), probeVideoIsolated: noting('isolated') };
    const delivery = deliveryOf({ deliveries: 100 });
    for (const isSuspect of [false, true]) await process({ ...parts, delivery, attempt: { attempts: 3, isSuspect } });
    expect(probed).to.deep.equal(['here', 'isolated']);
  });

  it('notes an attempt that another one follows, once its process has survived it', async () => {
    const error = new TypeError('a bug');
    const failures: Partial<ProcessAlertParts>[] = [
      { probeVideo: failing('VIDEO_UNREACHABLE') },
      { probeVideo: async () => Promise.reject(error) },
      { store: { record: async () => Promise.reject(new OutcomeStoreError('STORE_FAILED', 'why')) } },
    ];
    for (const parts of failures) {
      expect(await process({ ...parts, attempt: { attempts: 3 } })).to.include({ attempts: 3 });
      expect(journal.splice(0)).to.deep.equal(['survived', 'note 3']);
    }
  });

  it('has no attempt without a note of it, as long as it may go on', async () => {
    const stop = new AbortController();
    const attemptJournal = {
      begin: async () => Promise.reject(stop.signal.reason),
      note: async () => {},
    };
    const probeVideo: ProbeVideo = async () => Promise.reject(new Error('probed'));
    stop.abort(new Error('stopping'));
    const stopped = process({ attemptJournal, probeVideo, signal: stop.signal });
    expect(await stopped.catch(caught => caught)).to.equal(stop.signal.reason);
  });

  it('publishes nothing of an alert whose uid belongs to another one', async () => {
    const store: OutcomeStore = { record: async () => ({ kind: 'conflict' }) };
    expect(await process({ store })).to.deep.equal({ kind: 'conflict', attempts: 1 });
    expect(steps).to.deep.equal([]);
  });

  it('publishes nothing of an alert that has the outcome of another message', async () => {
    const store: OutcomeStore = { record: async () => ({ kind: 'superseded' }) };
    expect(await process({ store })).to.deep.equal({ kind: 'superseded', attempts: 1 });
    expect(steps).to.deep.equal([]);
  });

  it('publishes what an earlier delivery recorded, which may have died before it could', async () => {
    const failure = { code: 'VIDEO_UNREACHABLE', message: 'why' } as const;
    const record = finishAlert(attemptOf(), { status: 'QUARANTINED', failure }, cost);
    const store: OutcomeStore = { record: async () => ({ kind: 'current', record }) };
    expect(await process({ store })).to.include({ kind: 'finished', record });
    expect(steps).to.deep.equal(['publish QUARANTINED VIDEO_UNREACHABLE']);
  });

  it('says whether its message was published to have the alert probed again', async () => {
    const replays: boolean[] = [];
    const store: OutcomeStore = {
      async record({ isReplay }) {
        replays.push(isReplay);
        return { kind: 'superseded' };
      },
    };
    await process({ store });
    await process({ store, delivery: deliveryOf({ isReplay: true }) });
    expect(replays).to.deep.equal([false, true]);
  });

  it('frees its slot before it records the outcome', async () => {
    const admissionQueue = queueOf();
    const free: number[] = [];
    const probeVideo: ProbeVideo = video => {
      free.push(admissionQueue.freeSlots);
      return media(video);
    };
    const store: OutcomeStore = {
      async record() {
        free.push(admissionQueue.freeSlots);
        return { kind: 'superseded' };
      },
    };
    await process({ admissionQueue, probeVideo, store });
    expect(free).to.deep.equal([3, 4]);
  });

  it('defers an alert whose store is over its share for some seconds, longer each time and not all for the same', async () => {
    let nowMs = 0;
    const admissionQueue = queueOf(() => nowMs);
    const store = 'default/store-42';
    const admitted = [await admissionQueue.admit(store), await admissionQueue.admit(store)];
    admitted[0]?.beginRead();
    const waiting = new AbortController();
    for (let i = 0; i < 4; i++) void admissionQueue.admit(store, waiting.signal).catch(() => {});
    nowMs += 3_000;
    const delayOf = async (deliveries: number) => {
      const result = await process({ admissionQueue, delivery: deliveryOf({ deliveries }) });
      return result.kind === 'deferred' ? result.delayMs : undefined;
    };
    expect(await delayOf(1)).to.be.within(1_600, 2_400);
    expect(await delayOf(3)).to.be.within(6_400, 9_600);
    expect(await delayOf(1_000)).to.be.within(48_000, 72_000);
    expect(steps).to.deep.equal([]);
    waiting.abort();
    for (const admission of admitted) admission?.[Symbol.dispose]();
  });

  describe('when the video is out of reach', () => {
    const probeVideo = failing('VIDEO_UNREACHABLE');

    it('retries it later, longer each time, and records nothing', async () => {
      for (const [attempts, delayMs] of [
        [1, 1_000],
        [2, 2_000],
      ] as const) {
        const result = await process({ probeVideo, attempt: { attempts } });
        if (result.kind !== 'retry') throw new Error(result.kind);
        expect(result.failure).to.deep.equal({ code: 'VIDEO_UNREACHABLE', message: 'why' });
        expect(result.delayMs).to.be.within(delayMs * 0.8, delayMs * 1.2);
      }
      expect(steps).to.deep.equal([]);
    });

    it('comes back no sooner than the video server asked for, within the schedule', async () => {
      const delayFor = async (retryAfterMs: number) => {
        const result = await process({ probeVideo: failing('VIDEO_UNREACHABLE', retryAfterMs) });
        return result.kind === 'retry' ? result.delayMs : undefined;
      };
      expect(await delayFor(30_000)).to.equal(30_000);
      expect(await delayFor(86_400_000)).to.equal(60_000);
      expect(await delayFor(0)).to.be.within(800, 1_200);
    });

    it('quarantines its alert once its attempts are used up', async () => {
      const receivedAt = new Date(Date.now() - scheduleSpanMs(schedule));
      await process({ probeVideo, delivery: deliveryOf({ receivedAt }), attempt: { attempts: 14 } });
      expect(steps).to.deep.equal(['record QUARANTINED', 'publish QUARANTINED VIDEO_UNREACHABLE']);
    });
  });

  it('gives up no alert at its first failure, however long and how often it was deferred', async () => {
    const delivery = deliveryOf({ deliveries: 1_000, receivedAt: new Date(0) });
    const result = await process({ probeVideo: failing('VIDEO_UNREACHABLE'), delivery });
    expect(result).to.include({ kind: 'retry', attempts: 1 });
  });

  it('waits for an upload from when the alert was accepted, not from when it was tried', async () => {
    const ago = (ms: number) => deliveryOf({ receivedAt: new Date(Date.now() - ms) });
    const probeVideo = failing('VIDEO_NOT_FOUND');
    expect(await process({ probeVideo, delivery: ago(50_000) })).to.have.property('kind', 'retry');
    await process({ probeVideo, delivery: ago(61_000) });
    expect(steps).to.deep.equal(['record FAILED', 'publish FAILED VIDEO_NOT_FOUND']);
  });

  it('retries soon when the store does not accept the outcome, until attempts and time are used up', async () => {
    const error = new OutcomeStoreError('OUTCOME_REFUSED', 'why');
    const store = { record: async () => Promise.reject(error) };
    const old = deliveryOf({ receivedAt: new Date(0) });
    for (const given of [{ attempt: { attempts: 1_000 } }, { delivery: old, attempt: { attempts: 13 } }]) {
      const result = await process({ store, ...given });
      if (result.kind !== 'not-recorded') throw new Error(result.kind);
      expect(result.error).to.equal(error);
      expect(result.delayMs).to.be.within(800, 5_000);
      expect(steps).to.deep.equal([]);
    }
  });

  it('retries by the schedule after an error that it does not know, and does not hide it', async () => {
    const error = new TypeError('a bug');
    const store = { record: async () => Promise.reject(error) };
    const result = await process({ store, attempt: { attempts: 5 } });
    if (result.kind !== 'internal-error') throw new Error(result.kind);
    expect(result.error).to.equal(error);
    expect(result.delayMs).to.be.within(12_800, 19_200);
  });

  describe('when attempts and time are used up', () => {
    const exhausted = { delivery: deliveryOf({ receivedAt: new Date(0) }), attempt: { attempts: 14 } };
    const refusing = (error: Error, accepts: (outcome: Outcome) => boolean): OutcomeStore => ({
      async record({ record }) {
        if (!accepts(record.outcome)) throw error;
        steps.push(`record ${record.outcome.status}`);
        return { kind: 'current', record };
      },
    });
    const errors = [
      new OutcomeStoreError('OUTCOME_REFUSED', 'the cause'),
      new OutcomeStoreError('ALERT_UNKNOWN', 'the cause'),
      new OutcomeStoreError('STORE_FAILED', 'the cause'),
      new TypeError('the cause'),
    ];
    for (const error of errors) {
      const name = error instanceof OutcomeStoreError ? error.reason : 'an unknown error';

      it(`gives an alert up after ${name}, and its row says so`, async () => {
        const store = refusing(error, ({ status }) => status === 'QUARANTINED');
        const result = await process({ store, ...exhausted });
        expect(result).to.include({ kind: 'given-up', error, recordError: undefined });
        expect(result).to.have.nested.property('failure.message').include('the cause');
        expect(steps).to.deep.equal(['record QUARANTINED', 'publish QUARANTINED INTERNAL']);
      });

      it(`quarantines its message even if the row can't say so after ${name}`, async () => {
        const store = refusing(error, () => false);
        const result = await process({ store, ...exhausted });
        expect(result).to.include({ kind: 'given-up', error, recordError: error });
        expect(steps).to.deep.equal(['publish QUARANTINED INTERNAL']);
      });
    }

    it('leaves an alert that has its outcome by now as it is', async () => {
      const probeVideo = async () => Promise.reject(new TypeError('a bug'));
      const store: OutcomeStore = { record: async () => ({ kind: 'superseded' }) };
      expect(await process({ probeVideo, store, ...exhausted })).to.deep.equal({ kind: 'superseded', attempts: 14 });
      expect(steps).to.deep.equal([]);
    });

    it('retries when giving up fails too', async () => {
      const error = new TypeError('a bug');
      const publishOutcome = async () => Promise.reject(error);
      const result = await process({ publishOutcome, ...exhausted });
      expect(result).to.include({ kind: 'internal-error', error });
    });

    it('gives nothing up because it has to stop', async () => {
      const stop = new AbortController();
      stop.abort(new Error('stopping'));
      const store = refusing(new TypeError('the cause'), () => false);
      const stopped = process({ store, ...exhausted, signal: stop.signal });
      expect(await stopped.catch(caught => caught)).to.equal(stop.signal.reason);
      expect(steps).to.deep.equal([]);
    });
  });
});

import type { Failure } from '@vigie/alert';
import { expect } from 'chai';
import { spanMs } from '../domain/retry-schedule.ts';
import { deliveryOf } from '../testing/delivery-of.ts';
import { mediaOf } from '../testing/media-of.ts';
import { createProbeAlert } from './probe-alert.ts';
import type { Finding, ProbeVideo } from './probe-video.ts';

const schedule = { baseMs: 1_000, maxMs: 60_000, maxAttempts: 3 };
const policy = { schedule, uploadGraceMs: 60_000 };
const cost = { bytesRead: 32_768, requests: 1, elapsedMs: 2.5, diagnostics: [] };

const finding =
  (found: Finding): ProbeVideo =>
  async () => ({ finding: found, ...cost });
const probing = (probeVideo: ProbeVideo) => createProbeAlert({ probeVideo, probeVideoIsolated: probeVideo, policy });
const failing = (code: Failure['code'], retryAfterMs?: number) =>
  probing(finding({ kind: 'failure', failure: { code, message: 'why' }, retryAfterMs }));

describe('probeAlert', () => {
  it('finishes an alert with what its video is and what that cost', async () => {
    const media = mediaOf();
    const delivery = deliveryOf({ attempts: 2 });
    const probed = await probing(finding({ kind: 'media', media }))(delivery);
    if (probed.kind !== 'finished') throw new Error('not finished');
    const { record } = probed;
    expect(record.outcome).to.deep.equal({ status: 'PROCESSED', media });
    expect(record.effort).to.deep.equal({ attempts: 2, bytesRead: 32_768, requests: 1, elapsedMs: 2.5 });
    expect(record).to.include({ alert: delivery.alert, receivedAt: delivery.receivedAt, traceId: delivery.traceId });
    expect(record.processedAt.getTime()).to.be.closeTo(Date.now(), 1_000);
  });

  it('fails an alert whose file is no video', async () => {
    const probed = await failing('NOT_A_VIDEO')(deliveryOf());
    expect(probed).to.have.nested.property('record.outcome.status', 'FAILED');
    expect(probed).to.have.nested.property('record.outcome.failure.code', 'NOT_A_VIDEO');
  });

  it('probes apart what was delivered before: it may be what killed the process', async () => {
    const probed: string[] = [];
    const noting = (where: string): ProbeVideo => {
      const probe = finding({ kind: 'media', media: mediaOf() });
      return video => {
        probed.push(where);
        return probe(video);
      };
    };
    const parts = { probeVideo: noting('here'), probeVideoIsolated: noting('apart'), policy };
    for (const attempts of [1, 2, 3]) await createProbeAlert(parts)(deliveryOf({ attempts }));
    expect(probed).to.deep.equal(['here', 'apart', 'apart']);
  });

  it('puts an alert off whose video is out of reach, longer each time', async () => {
    for (const [attempts, delayMs] of [
      [1, 1_000],
      [2, 2_000],
    ] as const) {
      const probed = await failing('VIDEO_UNREACHABLE')(deliveryOf({ attempts }));
      if (probed.kind !== 'retry') throw new Error('not put off');
      expect(probed.delayMs).to.be.within(delayMs * 0.8, delayMs * 1.2);
    }
  });

  it('quarantines it once its tries are used up', async () => {
    const receivedAt = new Date(Date.now() - spanMs(schedule));
    const probed = await failing('VIDEO_UNREACHABLE')(deliveryOf({ attempts: 3, receivedAt }));
    expect(probed).to.have.nested.property('record.outcome.status', 'QUARANTINED');
    expect(probed).to.have.nested.property('record.outcome.failure.code', 'VIDEO_UNREACHABLE');
  });

  it('waits for an upload from when the alert was accepted, not from when it was tried', async () => {
    const ago = (ms: number) => deliveryOf({ receivedAt: new Date(Date.now() - ms) });
    expect(await failing('VIDEO_NOT_FOUND')(ago(50_000))).to.have.property('kind', 'retry');
    expect(await failing('VIDEO_NOT_FOUND')(ago(61_000))).to.have.nested.property('record.outcome.status', 'FAILED');
  });

  it('comes back no sooner than the video server wants, within the schedule', async () => {
    const delayFor = async (retryAfterMs: number) => {
      const probed = await failing('VIDEO_UNREACHABLE', retryAfterMs)(deliveryOf());
      return probed.kind === 'retry' ? probed.delayMs : undefined;
    };
    expect(await delayFor(30_000)).to.equal(30_000);
    expect(await delayFor(86_400_000)).to.equal(60_000);
    expect(await delayFor(0)).to.be.within(800, 1_200);
  });
});

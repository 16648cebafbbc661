import { once } from 'node:events';
import { expect } from 'chai';
import { HeaderBudgetExceededError } from '../domain/header-budget.ts';
import type { SparseFile } from '../domain/sparse-file.ts';
import type { HeaderAnswer } from '../ports/header-probe.ts';
import { VideoSourceError } from '../ports/video-source.ts';
import { mediaOf } from '../testing/media-of.ts';
import { MemoryVideoSource } from '../testing/memory-video-source.ts';
import { ScriptedHeaderProbe } from '../testing/scripted-header-probe.ts';
import { createProbeVideo, type ProbeReport } from './probe-video.ts';

const limits = { firstRangeBytes: 100, maxBytes: 10_000, maxRequests: 4, timeoutMs: 10_000 };
const media: HeaderAnswer = { kind: 'media', media: mediaOf(), diagnostics: ['told'] };
const need = (offset: number, lengthBytes = 100): HeaderAnswer => ({ kind: 'need', offset, lengthBytes });

const failureOf = ({ finding }: ProbeReport) => (finding.kind === 'failure' ? finding.failure : undefined);

describe('probeVideo', () => {
  let source: MemoryVideoSource;

  beforeEach(() => {
    source = new MemoryVideoSource();
    source.files.set('/a.mp4', new Uint8Array(5_000));
  });

  it('reads the first range and then only what is needed', async () => {
    const seen: number[][] = [];
    const look = (file: SparseFile, answer: HeaderAnswer) => {
      seen.push([file.sizeBytes ?? -1, file.heldBytes]);
      return answer;
    };
    const probe = new ScriptedHeaderProbe(
      file => look(file, need(4_000, 50)),
      file => look(file, media),
    );
    const report = await createProbeVideo(source, probe, limits)('/a.mp4');
    expect(report.finding).property('media');
    expect(report.diagnostics).deep.equal(['told']);
    expect(source.reads).deep.equal([
      { offset: 0, lengthBytes: 100 },
      { offset: 4_000, lengthBytes: 50 },
    ]);
    expect(seen).deep.equal([
      [5_000, 100],
      [5_000, 150],
    ]);
    expect(report).include({ requests: 2, bytesRead: 150 });
  });

  it('passes on why the file is no video', async () => {
    const failure = { code: 'NOT_A_VIDEO', message: 'a text' } as const;
    const probe = new ScriptedHeaderProbe({ kind: 'failure', failure, diagnostics: [] });
    expect(failureOf(await createProbeVideo(source, probe, limits)('/a.mp4'))).equal(failure);
  });

  it('gives no partial answer once the ranges are used up', async () => {
    const probe = new ScriptedHeaderProbe(file => need(file.heldBytes));
    const report = await createProbeVideo(source, probe, limits)('/a.mp4');
    expect(failureOf(report)?.code).equal('HEADER_BUDGET_EXCEEDED');
    expect(report.requests).equal(4);
  });

  it('never reads more than its bytes', async () => {
    const probe = new ScriptedHeaderProbe(file => need(file.heldBytes, 400));
    const report = await createProbeVideo(source, probe, { ...limits, maxBytes: 700 })('/a.mp4');
    expect(failureOf(report)?.code).equal('HEADER_BUDGET_EXCEEDED');
    expect(report.bytesRead).equal(700);
  });

  it('passes on that the source would need too many bytes', async () => {
    source.beforeRead = () => {
      throw new HeaderBudgetExceededError('too far');
    };
    const report = await createProbeVideo(source, new ScriptedHeaderProbe(media), limits)('/a.mp4');
    expect(failureOf(report)).deep.equal({ code: 'HEADER_BUDGET_EXCEEDED', message: 'too far' });
  });

  it('tells a missing video and when to ask again', async () => {
    const probe = new ScriptedHeaderProbe(media);
    expect(failureOf(await createProbeVideo(source, probe, limits)('/b.mp4'))?.code).equal('VIDEO_NOT_FOUND');
    source.beforeRead = () => {
      throw new VideoSourceError('VIDEO_UNREACHABLE', 'busy', { retryAfterMs: 7_000 });
    };
    const { finding } = await createProbeVideo(source, probe, limits)('/a.mp4');
    expect(finding).include({ kind: 'failure', retryAfterMs: 7_000 });
  });

  it('starts afresh when the file changes, with nothing of the old one', async () => {
    const probe = new ScriptedHeaderProbe(need(200), file => {
      expect(file.ranges.map(({ offset }) => offset)).deep.equal([0]);
      expect(file.sizeBytes).equal(3_000);
      return media;
    });
    source.beforeRead = ({ offset }) => offset === 200 && source.files.set('/a.mp4', new Uint8Array(3_000));
    const report = await createProbeVideo(source, probe, limits)('/a.mp4');
    expect(report.finding.kind).equal('media');
    expect(report.requests).equal(3);
  });

  it('leaves a file that never rests for later', async () => {
    source.beforeRead = () => source.files.set('/a.mp4', new Uint8Array(1_000));
    const report = await createProbeVideo(source, new ScriptedHeaderProbe(media), limits)('/a.mp4');
    expect(failureOf(report)).deep.equal({
      code: 'VIDEO_UNREACHABLE',
      message: 'the file keeps changing while it is read',
    });
  });

  it('ends a read that takes too long as unreachable: the file may be fine', async () => {
    source.beforeRead = (_, signal) => once(signal, 'abort');
    const report = await createProbeVideo(source, new ScriptedHeaderProbe(media), { ...limits, timeoutMs: 20 })(
      '/a.mp4',
    );
    expect(failureOf(report)?.code).equal('VIDEO_UNREACHABLE');
    expect(failureOf(report)?.message).contain('20 ms');
  });

  it('gives the probe only the time that is left', async () => {
    const probe = new ScriptedHeaderProbe((_, { timeoutMs }) => {
      expect(timeoutMs).within(1, 10_000);
      return media;
    });
    await createProbeVideo(source, probe, limits)('/a.mp4');
    expect(probe.calls).equal(1);
  });

  it('does not go on for ever when a source has nothing more to send', async () => {
    const probe = new ScriptedHeaderProbe(need(5_000));
    const report = await createProbeVideo(source, probe, { ...limits, maxRequests: 1_000 })('/a.mp4');
    expect(failureOf(report)?.code).equal('VIDEO_UNREACHABLE');
    expect(report.requests).equal(2);
  });

  it('lets the probe decide when the read shows where a file of unknown size ends', async () => {
    source.tellsSize = false;
    const probe = new ScriptedHeaderProbe(need(5_000), file => {
      expect(file.sizeBytes).equal(5_000);
      return media;
    });
    expect((await createProbeVideo(source, probe, limits)('/a.mp4')).finding.kind).equal('media');
  });

  it('rejects with the reason of whoever asked, in a read and in a probe', async () => {
    const reason = new Error('gone');
    for (const place of ['read', 'probe']) {
      const caller = new AbortController();
      source.beforeRead = () => place === 'read' && caller.abort(reason);
      const probe = new ScriptedHeaderProbe((_, { signal }) => {
        caller.abort(reason);
        throw signal?.reason;
      });
      const error = await createProbeVideo(source, probe, limits)('/a.mp4', caller.signal).catch(caught => caught);
      expect(error, place).equal(reason);
    }
  });
});

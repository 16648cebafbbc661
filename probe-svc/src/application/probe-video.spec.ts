import { MediaSourceError, ReadBudgetExceededError } from '@vigie/media-source';
import { MemoryMediaSource } from '@vigie/media-source/testing';
import { expect } from 'chai';
import type { HeaderAnswer } from '../ports/header-probe.ts';
import { mediaOf } from '../testing/media-of.ts';
import { ScriptedHeaderProbe } from '../testing/scripted-header-probe.ts';
import { createProbeVideo, type ProbeReport } from './probe-video.ts';

const limits = { firstRangeBytes: 100, maxBytes: 10_000, maxRequests: 4, timeoutMs: 10_000 };
const media: HeaderAnswer = { kind: 'media', media: mediaOf(), diagnostics: ['a line of the demuxer'] };

const failureOf = ({ finding }: ProbeReport) => (finding.kind === 'failure' ? finding.failure : undefined);

describe('probeVideo', () => {
  let source: MemoryMediaSource;

  beforeEach(() => {
    source = new MemoryMediaSource();
    source.files.set('/a.mp4', new Uint8Array(5_000));
  });

  const probing = (answer: HeaderAnswer) => createProbeVideo(source, new ScriptedHeaderProbe(answer), limits)('/a.mp4');

  it('reports what the video is, what the demuxer logged, and what finding it cost', async () => {
    const report = await probing(media);
    expect(report.finding).to.have.property('media');
    expect(report.diagnostics).to.deep.equal(['a line of the demuxer']);
    expect(report).to.include({ requests: 1, bytesRead: 100 });
  });

  it('passes on why the file is no video', async () => {
    const failure = { code: 'NOT_A_VIDEO', message: 'a text' } as const;
    expect(failureOf(await probing({ kind: 'failure', failure, diagnostics: [] }))).to.equal(failure);
  });

  it('reports a header that lies in too many ranges', async () => {
    const probe = new ScriptedHeaderProbe(file => ({ kind: 'need', offset: file.heldBytes, lengthBytes: 100 }));
    const report = await createProbeVideo(source, probe, limits)('/a.mp4');
    expect(failureOf(report)?.code).to.equal('HEADER_BUDGET_EXCEEDED');
    expect(report.requests).to.equal(4);
  });

  for (const [code, error] of [
    ['HEADER_BUDGET_EXCEEDED', new ReadBudgetExceededError('why')],
    ['VIDEO_NOT_FOUND', new MediaSourceError('NOT_FOUND', 'why')],
    ['VIDEO_UNREACHABLE', new MediaSourceError('UNREACHABLE', 'why', { retryAfterMs: 7_000 })],
  ] as const) {
    it(`reports ${code} if the source says so`, async () => {
      source.beforeRead = () => {
        throw error;
      };
      const { finding } = await probing(media);
      expect(finding).to.have.deep.property('failure', { code, message: 'why' });
      const retryAfterMs = finding.kind === 'failure' ? finding.retryAfterMs : undefined;
      expect(retryAfterMs).to.equal(code === 'VIDEO_UNREACHABLE' ? 7_000 : undefined);
    });
  }
});

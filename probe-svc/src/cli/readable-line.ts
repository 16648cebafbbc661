import type { ProbeResult } from './probe-result.ts';

/** A source as one line for people. */
export function toReadableLine(result: ProbeResult): string {
  const { bytesRead, requests, elapsedMs } = result;
  const cost = `${kibibytes(bytesRead)} in ${requests} ${requests === 1 ? 'request' : 'requests'}, ${elapsedMs} ms`;
  return `${showControls(result.source)}: ${showControls(describe(result))} (${cost})`;
}

function describe({ failure, container, video, audio, ...rest }: ProbeResult): string {
  if (failure !== null) return `FAILED ${failure.code}: ${failure.message}`;
  const marks = [
    rest.truncated && 'truncated',
    rest.moovAtEnd && 'moov at the end',
    rest.fragmented && 'fragmented',
    (rest.videoStreams ?? 0) > 1 && `${rest.videoStreams} video streams`,
  ];
  return [container, video && describeVideo(video), describeAudio(audio), describeDuration(rest), ...marks]
    .filter(Boolean)
    .join(', ');
}

function describeVideo(video: NonNullable<ProbeResult['video']>): string {
  const { codec, profile, width, height, displayWidth, displayHeight, rotation, frameRate, pixelFormat } = video;
  const shownOtherwise = displayWidth !== width || displayHeight !== height;
  return [
    codec,
    profile,
    `${width}x${height}`,
    shownOtherwise && `shown as ${displayWidth}x${displayHeight}`,
    rotation !== 0 && `rotated by ${rotation}°`,
    frameRate !== null && `${Number(frameRate.toFixed(3))} fps`,
    pixelFormat,
  ]
    .filter(Boolean)
    .join(' ');
}

function describeAudio(audio: ProbeResult['audio']): string {
  if (audio === null) return 'no audio';
  const { codec, sampleRate, channels } = audio;
  return [codec, sampleRate && `${sampleRate} Hz`, channels && `${channels} ch`].filter(Boolean).join(' ');
}

function describeDuration({ durationSeconds, durationSource }: Partial<ProbeResult>): string {
  if (typeof durationSeconds !== 'number') return 'unknown duration';
  return `${Number(durationSeconds.toFixed(3))} s${durationSource === 'header' ? '' : ` (${durationSource})`}`;
}

function kibibytes(bytes: number): string {
  return `${Number((bytes / 1024).toFixed(1))} KiB`;
}

/** A name may hold line breaks and terminal commands. */
function showControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, control => {
    const code = control.codePointAt(0) as number;
    return `\\u{${code.toString(16)}}`;
  });
}

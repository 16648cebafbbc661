import { token } from '@vigie/service-kit/lifecycle';
import type { KeepStream } from './application/keep-stream.ts';
import type { KeepStreams } from './application/keep-streams.ts';
import type { StreamReports } from './ports/stream-reports.ts';
import type { Streams } from './ports/streams.ts';

export const tokens = {
  streams: token<Streams>('Streams'),
  streamReports: token<StreamReports>('StreamReports'),
  keepStream: token<KeepStream>('KeepStream'),
  keepStreams: token<KeepStreams>('KeepStreams'),
};

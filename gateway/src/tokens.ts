import { token } from '@vigie/service-kit/lifecycle';
import type { Channel } from './adapters/grpc/channel-upstreams.ts';
import type { ExchangeHandler } from './adapters/http/exchange.ts';
import type { Upstreams } from './api/upstreams.ts';

export const tokens = {
  channels: token<readonly Channel[]>('Channels'),
  upstreams: token<Upstreams>('Upstreams'),
  rpcHandlers: token<ReadonlyMap<string, ExchangeHandler>>('RpcHandlers'),
  legacyAlerts: token<ExchangeHandler>('LegacyAlerts'),
  transcoder: token<ExchangeHandler>('Transcoder'),
};

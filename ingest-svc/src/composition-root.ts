import 'reflect-metadata';
import { jetstream } from '@nats-io/jetstream';
import { openStreams } from '@vigie/alert/streams';
import { IngestService } from '@vigie/proto/vigie/ingest/v1/ingest_service_pb.ts';
import { GrpcServer } from '@vigie/service-kit/grpc';
import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import { closeNats, connectNats } from '@vigie/service-kit/nats';
import { container, instanceCachingFactory } from 'tsyringe';
import { translateError } from './adapters/grpc/error-table.ts';
import { createIngestMetrics } from './adapters/grpc/ingest-metrics.ts';
import { createIngestService } from './adapters/grpc/ingest-service.ts';
import { JetStreamAlertQueue } from './adapters/jetstream/jetstream-alert-queue.ts';
import { createAcceptAlert } from './application/accept-alert.ts';
import type { Config } from './config.ts';
import { service } from './service.ts';
import { tokens } from './tokens.ts';

export async function startIngest(config: Config, context: ServiceContext): Promise<void> {
  const { logger, metrics, health, teardown } = context;
  const connection = await connectNats({ url: config.natsUrl, name: service.name, logger, health });
  teardown.defer(() => closeNats(connection));
  await openStreams(connection, config.streamLimits, context);

  const services = container.createChildContainer();
  services.register(tokens.natsConnection, { useValue: connection });
  services.register(tokens.alertQueue, {
    useFactory: instanceCachingFactory(c => new JetStreamAlertQueue(jetstream(c.resolve(tokens.natsConnection)))),
  });
  services.register(tokens.acceptAlert, {
    useFactory: instanceCachingFactory(c => createAcceptAlert(c.resolve(tokens.alertQueue))),
  });

  const server = new GrpcServer({
    logger,
    metrics,
    health,
    translateError,
    shutdownGraceMs: config.shutdownGraceMs,
  });
  const acceptAlert = services.resolve(tokens.acceptAlert);
  server.add(IngestService, createIngestService({ acceptAlert, logger, metrics: createIngestMetrics(metrics) }));
  teardown.use(server);
  await server.listen(config.host, config.port);
}

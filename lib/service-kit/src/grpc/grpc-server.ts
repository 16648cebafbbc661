import type { DescMethod, DescService } from '@bufbuild/protobuf';
import { Code, type Interceptor } from '@connectrpc/connect';
import { ServerReflection } from '@vigie/proto/grpc/reflection/v1/reflection_pb.ts';
import { ServerReflection as ServerReflectionAlpha } from '@vigie/proto/grpc/reflection/v1alpha/reflection_pb.ts';
import { Health as HealthService } from '@vigie/proto/health/v1/health_pb.ts';
import type { Registry } from 'prom-client';
import { HttpListener } from '../http-listener/http-listener.ts';
import { registerAdmissionMetrics } from '../limits/admission-metrics.ts';
import { Admissions } from '../limits/admissions.ts';
import type { ServerLimits } from '../limits/server-limits.ts';
import type { Health } from '../telemetry/health.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { KeyPairFiles } from '../tls/key-pair-files.ts';
import { createHealthService } from './health-service.ts';
import { implementedMethod, type MethodImplementation } from './implemented-method.ts';
import { chain } from './interceptors/chain.ts';
import { countCalls } from './interceptors/count-calls.ts';
import { traceCalls } from './interceptors/trace-calls.ts';
import { translateErrors } from './interceptors/translate-errors.ts';
import type { ServedService } from './reflected-files.ts';
import { createReflectionService } from './reflection-service.ts';
import { type ErrorTranslator, rpcError } from './rpc-error.ts';
import { methodPath } from './rpc-method.ts';
import { createGrpcListener } from './server/grpc-listener.ts';
import { DEFAULT_GRPC_SERVER_LIMITS } from './server/grpc-server-limits.ts';
import type { ServedMethod } from './server/server-call.ts';
import type { ServiceImplementation } from './service-implementation.ts';

export interface GrpcServerOptions {
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly health: Health;
  /** The service's table of domain errors; what it doesn't know becomes INTERNAL and is logged. */
  readonly translateError: ErrorTranslator;
  /**
   * Decides whether a caller may call a method, before anything of the request is read; one that throws refuses the
   * call. Health checks and reflection are open to everybody.
   */
  readonly authorize: Interceptor;
  /**
   * Around the calls of the services that are added, the first of them outermost, all within trace, metrics and error
   * translation. They see metadata as headers and pass typed values on to the implementation (`createContextKey`); one
   * that throws refuses the call. Health checks and reflection are not theirs to refuse.
   */
  readonly interceptors?: readonly Interceptor[];
  /**
   * With it the port speaks TLS alone, to clients that show a certificate by one of its authorities. Undefined is
   * plaintext; a service that forgot it would be open to everybody without a sign.
   */
  readonly tls: KeyPairFiles | undefined;
  /** How long calls may go on once the server stops. */
  readonly shutdownGraceMs: number;
  readonly limits?: ServerLimits;
}

/** Names of the checks of `health` that a method needs; one that is left out needs all of them. */
export type MethodNeeds<S extends DescService> = { readonly [Method in keyof S['method']]?: readonly string[] };

/**
 * A gRPC server for services that protobuf-es describes. Interceptors are Connect's, so that the gateway can share
 * them. The first three come along: each call runs in the trace that its `traceparent` names, is counted, and ends with
 * an AIP-193 status. So do `grpc.health.v1`, which says whether the service is ready, and reflection.
 */
export class GrpcServer {
  readonly #options: GrpcServerOptions;
  readonly #served: ServedService[] = [];
  readonly #needs = new Map<DescMethod, readonly string[]>();
  readonly #stopping = new AbortController();
  readonly #methods = new Map<string, ServedMethod>();
  readonly #listener: HttpListener;

  constructor(options: GrpcServerOptions) {
    this.#options = options;
    const { limits = DEFAULT_GRPC_SERVER_LIMITS, logger, metrics, shutdownGraceMs, tls } = options;
    const admissions = new Admissions(limits);
    registerAdmissionMetrics(metrics, admissions);
    const listener = createGrpcListener({
      methods: this.#methods,
      interceptors: [traceCalls, countCalls(metrics), translateErrors(options)],
      admissions,
      limits: limits.requestLimits,
      stopping: this.#stopping.signal,
      logger,
    });
    this.#listener = new HttpListener({
      listener,
      lameDuckMs: 0,
      shutdownGraceMs,
      limits: limits.listenerLimits,
      keyPair: tls?.current,
    });
    tls?.follow(keyPair => this.#listener.setKeyPair(keyPair));
  }

  /**
   * A process may implement a part of a service: its other methods are UNIMPLEMENTED here, and reflection leaves them
   * out.
   *
   * @param needs what `grpc.health.v1` reports of each method
   */
  add<S extends DescService>(
    service: S,
    implementation: Partial<ServiceImplementation<S>>,
    needs: MethodNeeds<S> = {},
  ): this {
    for (const [name, checks] of Object.entries<readonly string[] | undefined>(needs)) {
      const method = service.method[name];
      if (method !== undefined && checks !== undefined) this.#needs.set(method, checks);
    }
    this.#served.push(this.#serve(service, implementation, this.#options));
    return this;
  }

  /** Resolves with the bound port. */
  async listen(host: string, port: number): Promise<number> {
    const methods = this.#served.flatMap(served => served.methods);
    const healthService = createHealthService(methods, this.#canServe.bind(this));
    const health = this.#serve(HealthService, healthService);
    const reflection = createReflectionService([...this.#served, health]);
    this.#serve(ServerReflection, reflection);
    this.#serve(ServerReflectionAlpha, reflection);
    return this.#listener.listen(host, port);
  }

  /** Refuses new calls, ends endless ones, lets the others finish within the grace period. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(
      rpcError(Code.Unavailable, 'The server is stopping; call again.', {
        reason: 'STOPPING',
        retryDelayMs: 1000,
      }),
    );
    await this.#listener[Symbol.asyncDispose]();
  }

  async #canServe(methods: readonly DescMethod[] | undefined, maxAgeMs: number): Promise<boolean> {
    const needs = methods?.map(method => this.#needs.get(method)) ?? [undefined];
    const needed = needs.includes(undefined) ? undefined : new Set(needs.flatMap(checks => checks ?? []));
    return (await this.#options.health.readiness(needed, maxAgeMs)).ready;
  }

  #serve(
    service: DescService,
    implementation: object,
    { authorize, interceptors = [] }: Partial<Pick<GrpcServerOptions, 'authorize' | 'interceptors'>> = {},
  ): ServedService {
    const implementations = implementation as Readonly<Record<string, MethodImplementation | undefined>>;
    const methods = service.methods.filter(({ localName }) => implementations[localName] !== undefined);
    for (const method of methods) {
      const implemented = implementedMethod(method, implementations[method.localName] as MethodImplementation);
      this.#methods.set(methodPath(method), { method, authorize, run: chain(interceptors, implemented) });
    }
    return { service, methods };
  }
}

/**
 * What a service says about itself, once, in its `src/service.ts`. The service takes its name and ports from here;
 * dev-env, `docker/nats.conf`, `docker/compose.yaml`, the images and chaos take the rest (docs/adding-a-service.md).
 *
 * A declaration imports nothing but types: an image is built from it before there is a `node_modules`.
 */
export interface ServiceDeclaration {
  /** The name of its folder, of its NATS user, and of its container. */
  readonly name: string;
  /** Where it listens by default: gRPC, or HTTP for the gateway. Absent if nobody calls it. */
  readonly port?: number;
  /** Where it serves `/healthz`, `/readyz` and `/metrics` by default. */
  readonly healthPort: number;
  /** Whether other machines may call it; compose publishes all other ports on the loopback interface only. */
  readonly isPublic?: boolean;
  /** What it needs, by the environment variable in which it is given the address. */
  readonly dependsOn: Readonly<Record<string, Dependency>>;
  /** What its NATS user may do. Present exactly if it depends on `nats`. */
  readonly nats?: NatsRights;
  /** `one` if a second process would have nothing to do. */
  readonly replicas: 'one' | 'many';
  readonly image: ImageDeclaration;
}

/**
 * `nats`: as the service's own user. `postgres`: as the service's own role, `vigie_store` of store-svc, which reads and
 * writes its rows and is made in `docker/postgres/roles.sql`; `postgres-owner`: as the role that owns the schemas.
 * `videos`: the video server. Anything else is the name of the service that it calls.
 */
export type Dependency = 'nats' | 'postgres' | 'postgres-owner' | 'videos' | (string & {});

/**
 * What a user may do besides what all may: read the state of every stream, and create a stream that is missing.
 * The subjects of JetStream's API that this takes are worked out in `tools/dev-env/src/services/nats-subjects.ts`.
 */
export interface NatsRights {
  /** Subjects that it publishes on. */
  readonly publishes?: readonly string[];
  /** The durable consumers that it creates and takes messages from. */
  readonly consumers?: readonly DurableConsumer[];
  /** Streams that it reads with short-lived consumers of its own. */
  readonly reads?: readonly string[];
  /** Streams whose settings it changes and which it trims. */
  readonly manages?: readonly string[];
  /** Streams that it opens and closes for messages, and whose positions it moves. */
  readonly positions?: readonly string[];
  /** Streams that no other service uses: it creates them, changes their settings, reads what is last on a subject. */
  readonly owns?: readonly string[];
}

export interface DurableConsumer {
  readonly stream: string;
  readonly durable: string;
}

export interface ImageDeclaration {
  /** Most memory of its container, in MiB. */
  readonly memoryMib: number;
  /** Settings that compose passes on from its own environment, with their defaults. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Workspaces that are compiled (`npm run build`) while the image is built, and copied into it. */
  readonly builds?: readonly string[];
  /** Debian packages that it needs when it runs; of the Debian that `docker/Dockerfile` begins from. */
  readonly aptPackages?: readonly string[];
}

import { create } from '@bufbuild/protobuf';
import { ApiKeySchema } from '@vigie/proto/vigie/access/v1/api_key_pb.ts';
import {
  ApiKeyService,
  CreateApiKeyRequestSchema,
  type CreateApiKeyResponse,
  GetApiKeyRequestSchema,
  ListApiKeysRequestSchema,
  RevokeApiKeyRequestSchema,
  RotateApiKeyRequestSchema,
  type RotateApiKeyResponse,
} from '@vigie/proto/vigie/access/v1/api_key_service_pb.ts';
import { TenantSchema } from '@vigie/proto/vigie/access/v1/tenant_pb.ts';
import {
  CreateTenantRequestSchema,
  DisableTenantRequestSchema,
  EnableTenantRequestSchema,
  GetTenantRequestSchema,
  ListTenantsRequestSchema,
  TenantService,
} from '@vigie/proto/vigie/access/v1/tenant_service_pb.ts';
import { AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import {
  AlertService,
  CreateAlertRequestSchema,
  CreateAlertResponseSchema,
  DeleteAlertRequestSchema,
  GetAlertRequestSchema,
  ListAlertsRequestSchema,
  PurgeAlertsRequestSchema,
  ReplayAlertsRequestSchema,
  SummarizeAlertsRequestSchema,
  SummarizeAlertsResponseSchema,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { QuarantinedAlertSchema } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_pb.ts';
import {
  DiscardQuarantinedAlertsRequestSchema,
  ListQuarantinedAlertsRequestSchema,
  QuarantinedAlertService,
  RedriveQuarantinedAlertsRequestSchema,
} from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_service_pb.ts';
import { GetPosterRequestSchema, VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { Account } from './account.ts';
import { type CallOptions, Connection, type ConnectionOptions } from './connection.ts';
import { messageOf, plainOf } from './plain-messages.ts';
import type {
  Accepted,
  Alert,
  ApiKey,
  IssuedApiKey,
  ListFilter,
  NewAlert,
  NewApiKey,
  NewTenant,
  Page,
  Poster,
  PurgeFilter,
  QuarantinedAlert,
  QuarantineFilter,
  ReplayFilter,
  ResolveFilter,
  SendResult,
  Summary,
  SummaryFilter,
  Tenant,
  WatchFilter,
} from './resources.ts';
import { alertMessage, sendAlerts } from './send-alerts.ts';
import { type WatchEvent, type WatchOptions, watchAlerts } from './watch-alerts.ts';

export interface MaskOptions extends CallOptions {
  /** The fields to return: `['uid', 'status', 'media.video.codec']`; others are empty or absent. All if absent. */
  readonly readMask?: readonly string[] | undefined;
}

export interface GetOptions extends MaskOptions {
  /** How long to wait for the alert to have its outcome, at most a minute; it is returned as it is then. */
  readonly waitMs?: number | undefined;
}

export interface ListOptions extends MaskOptions {
  /** Of each page: 1-1000; 50 if absent. */
  readonly pageSize?: number | undefined;
}

export interface PageOptions extends ListOptions {
  /** `nextPageToken` of the page before, with the same filters and order. */
  readonly pageToken?: string | undefined;
}

export interface ManyOptions extends CallOptions {
  /** Called after each page with how many are done: what is done stays done if a later page fails. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

export interface PosterOptions extends CallOptions {
  /** Longest side in pixels: 16-4096; 640 if absent. */
  readonly maxSide?: number | undefined;
}

/** Of one who may ask about other tenants. */
export interface TenantOptions extends CallOptions {
  /** Whose it is; the caller's own if absent. Only admins of the tenant `default` may name another one. */
  readonly tenant?: string | undefined;
}

export interface TenantListOptions extends TenantOptions {
  /** Of each page: 1-1000; 100 if absent. */
  readonly pageSize?: number | undefined;
}

export interface RotateOptions extends TenantOptions {
  /** For how long the key as it was is still taken, at most 30 days; not at all if absent. */
  readonly keepPreviousForMs?: number | undefined;
}

/** A client of the gateway. It holds no connection that would have to be closed. */
export function createVigieClient(options: ConnectionOptions): VigieClient {
  return new VigieClient(new Connection(options));
}

/**
 * Vigie, as the gateway serves it. Every call is repeated while that may help, without doing anything twice; a call of
 * many pages gets its time for each page. All reject with a VigieError, or with the reason of their signal.
 */
export class VigieClient {
  /** Logging in and out, registering, passwords. */
  readonly account: Account;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.account = new Account(connection);
    this.#connection = connection;
  }

  /** Sends one alert. Once this resolves, it is on disk. */
  async send(alert: NewAlert, options?: CallOptions): Promise<Accepted> {
    const request = create(CreateAlertRequestSchema, { alert: alertMessage(alert) });
    const accepted = await this.#connection.call(AlertService.method.createAlert, request, options);
    return plainOf(CreateAlertResponseSchema, accepted);
  }

  /**
   * Sends alerts in batches of up to 1,000, those of a slow source as they come. Yields what became of each in their
   * order, and throws if a batch gets no answer: what was not yielded may be sent again.
   */
  sendAll<A extends NewAlert>(
    alerts: Iterable<A> | AsyncIterable<A>,
    options: CallOptions = {},
  ): AsyncGenerator<SendResult<A>, void, undefined> {
    return sendAlerts(this.#connection, alerts, options);
  }

  /** One alert, with `waitMs` once it has its outcome. NOT_FOUND if there is none with this uid, or not yet. */
  async get(uid: string, { waitMs, readMask, ...options }: GetOptions = {}): Promise<Alert> {
    const request = messageOf(GetAlertRequestSchema, { uid, wait: durationOf(waitMs), readMask: maskOf(readMask) });
    return plainOf(
      AlertSchema,
      await this.#connection.call(AlertService.method.getAlert, request, { ...options, waitMs }),
    );
  }

  /** Alerts, the latest first unless `orderBy` says otherwise. Pages are fetched as the loop gets to them. */
  async *list(filter: ListFilter = {}, options: ListOptions = {}): AsyncGenerator<Alert, void, undefined> {
    yield* itemsOf(pageToken => this.page(filter, { ...options, pageToken }));
  }

  /** One page of alerts. */
  async page(filter: ListFilter = {}, options: PageOptions = {}): Promise<Page<Alert>> {
    const { pageSize, pageToken, readMask, ...call } = options;
    const request = messageOf(ListAlertsRequestSchema, { ...filter, pageSize, pageToken, readMask: maskOf(readMask) });
    const answer = await this.#connection.call(AlertService.method.listAlerts, request, call);
    return { items: answer.alerts.map(alert => plainOf(AlertSchema, alert)), nextPageToken: answer.nextPageToken };
  }

  /** How many alerts there are by status, store and failure code. */
  async summarize(filter: SummaryFilter = {}, options?: CallOptions): Promise<Summary> {
    const request = messageOf(SummarizeAlertsRequestSchema, filter);
    const answer = await this.#connection.call(AlertService.method.summarizeAlerts, request, options);
    return plainOf(SummarizeAlertsResponseSchema, answer);
  }

  /**
   * Outcomes as they are found, until the signal aborts or the loop is left. When the connection is lost, the watch
   * connects again and goes on where it was, however long that takes; where outcomes may be missing, it says `GAP`.
   */
  watch(filter: WatchFilter = {}, options: WatchOptions = {}): AsyncGenerator<WatchEvent, void, undefined> {
    return watchAlerts(this.#connection, filter, options);
  }

  /** The first key frame of the video of an alert, or of a video by its path. */
  async poster(
    source: { readonly uid: string } | { readonly video: string },
    { maxSide, ...options }: PosterOptions = {},
  ): Promise<Poster> {
    const request = messageOf(GetPosterRequestSchema, { ...source, maxSide });
    const { contentType, data } = await this.#connection.call(VideoService.method.getPoster, request, options);
    return { contentType, data };
  }

  /** Has all alerts that match probed again. @returns how many */
  async replay(filter: ReplayFilter, { onProgress, ...options }: ManyOptions = {}): Promise<number> {
    const request = messageOf(ReplayAlertsRequestSchema, filter);
    let done = 0;
    do {
      const answer = await this.#connection.call(AlertService.method.replayAlerts, request, options);
      done += answer.replayed;
      onProgress?.(done);
      request.pageToken = answer.nextPageToken;
    } while (request.pageToken !== '');
    return done;
  }

  /** Deletes an alert that has its outcome. Its uid stays taken. */
  async delete(uid: string, options?: CallOptions): Promise<void> {
    const request = messageOf(DeleteAlertRequestSchema, { uid });
    await this.#connection.call(AlertService.method.deleteAlert, request, options);
  }

  /** Deletes all alerts that match. @returns how many, and how many are kept as they have no outcome yet */
  async purge(filter: PurgeFilter, { onProgress, ...options }: ManyOptions = {}): Promise<Purged> {
    const request = messageOf(PurgeAlertsRequestSchema, filter);
    let [deleted, kept] = [0, 0];
    do {
      const answer = await this.#connection.call(AlertService.method.purgeAlerts, request, options);
      deleted += answer.deleted;
      kept += answer.kept;
      onProgress?.(deleted);
      request.pageToken = answer.nextPageToken;
    } while (request.pageToken !== '');
    return { deleted, kept };
  }

  /** What is in quarantine, the latest first. Pages are fetched as the loop gets to them. */
  async *quarantined(
    filter: QuarantineFilter = {},
    { pageSize, ...options }: CallOptions & { readonly pageSize?: number | undefined } = {},
  ): AsyncGenerator<QuarantinedAlert, void, undefined> {
    yield* itemsOf(async pageToken => {
      const request = messageOf(ListQuarantinedAlertsRequestSchema, { ...filter, pageSize, pageToken });
      const { method } = QuarantinedAlertService;
      const answer = await this.#connection.call(method.listQuarantinedAlerts, request, options);
      const items = answer.quarantinedAlerts.map(item => plainOf(QuarantinedAlertSchema, item));
      return { items, nextPageToken: answer.nextPageToken };
    });
  }

  /** Publishes again all messages that are HELD and match. @returns how many */
  redrive(filter: ResolveFilter, { onProgress, ...options }: ManyOptions = {}): Promise<number> {
    const request = messageOf(RedriveQuarantinedAlertsRequestSchema, filter);
    const { method } = QuarantinedAlertService;
    return untilNoneRemain(async () => {
      const { redriven, remaining } = await this.#connection.call(method.redriveQuarantinedAlerts, request, options);
      return { done: redriven, remaining };
    }, onProgress);
  }

  /** Gives up all messages that are HELD and match; they stay on record. @returns how many */
  discard(filter: ResolveFilter, { onProgress, ...options }: ManyOptions = {}): Promise<number> {
    const request = messageOf(DiscardQuarantinedAlertsRequestSchema, filter);
    const { method } = QuarantinedAlertService;
    return untilNoneRemain(async () => {
      const { discarded, remaining } = await this.#connection.call(method.discardQuarantinedAlerts, request, options);
      return { done: discarded, remaining };
    }, onProgress);
  }

  /** Makes an API key. This is the only time that it is shown. */
  async createApiKey(apiKey: NewApiKey, options?: CallOptions): Promise<IssuedApiKey> {
    const request = messageOf(CreateApiKeyRequestSchema, { apiKey });
    return issuedOf(await this.#connection.call(ApiKeyService.method.createApiKey, request, options));
  }

  /** What is known of an API key. NOT_FOUND if there is none with this id. */
  async getApiKey(id: string, { tenant, ...options }: TenantOptions = {}): Promise<ApiKey> {
    const request = messageOf(GetApiKeyRequestSchema, { id, tenant });
    return plainOf(ApiKeySchema, await this.#connection.call(ApiKeyService.method.getApiKey, request, options));
  }

  /** All API keys that were ever made, the latest first. Pages are fetched as the loop gets to them. */
  async *listApiKeys({
    pageSize,
    tenant,
    ...options
  }: TenantListOptions = {}): AsyncGenerator<ApiKey, void, undefined> {
    yield* itemsOf(async pageToken => {
      const request = messageOf(ListApiKeysRequestSchema, { pageSize, pageToken, tenant });
      const answer = await this.#connection.call(ApiKeyService.method.listApiKeys, request, options);
      return { items: answer.apiKeys.map(item => plainOf(ApiKeySchema, item)), nextPageToken: answer.nextPageToken };
    });
  }

  /** Gives an API key a new secret, which is shown this once. Its id, scopes and stores stay. */
  async rotateApiKey(id: string, { keepPreviousForMs, tenant, ...options }: RotateOptions = {}): Promise<IssuedApiKey> {
    const keepPreviousFor = durationOf(keepPreviousForMs);
    const request = messageOf(RotateApiKeyRequestSchema, { id, keepPreviousFor, tenant });
    return issuedOf(await this.#connection.call(ApiKeyService.method.rotateApiKey, request, options));
  }

  /** Revokes an API key for good, within five seconds everywhere. Of no effect on one that is revoked already. */
  async revokeApiKey(id: string, { tenant, ...options }: TenantOptions = {}): Promise<ApiKey> {
    const request = messageOf(RevokeApiKeyRequestSchema, { id, tenant });
    return plainOf(ApiKeySchema, await this.#connection.call(ApiKeyService.method.revokeApiKey, request, options));
  }

  /** Makes a tenant. For admins of the tenant `default`, as what else is done with tenants. */
  async createTenant(tenant: NewTenant, options?: CallOptions): Promise<Tenant> {
    const request = messageOf(CreateTenantRequestSchema, { tenant });
    return plainOf(TenantSchema, await this.#connection.call(TenantService.method.createTenant, request, options));
  }

  /** A tenant; its own admins may get it too. NOT_FOUND if there is none with this id. */
  async getTenant(id: string, options?: CallOptions): Promise<Tenant> {
    const request = messageOf(GetTenantRequestSchema, { id });
    return plainOf(TenantSchema, await this.#connection.call(TenantService.method.getTenant, request, options));
  }

  /** All tenants, the latest first. Pages are fetched as the loop gets to them. */
  async *listTenants({
    pageSize,
    ...options
  }: CallOptions & { readonly pageSize?: number | undefined } = {}): AsyncGenerator<Tenant, void, undefined> {
    yield* itemsOf(async pageToken => {
      const request = messageOf(ListTenantsRequestSchema, { pageSize, pageToken });
      const answer = await this.#connection.call(TenantService.method.listTenants, request, options);
      return { items: answer.tenants.map(item => plainOf(TenantSchema, item)), nextPageToken: answer.nextPageToken };
    });
  }

  /** Shuts a tenant out, within five seconds everywhere. Of no effect on one that is disabled already. */
  async disableTenant(id: string, options?: CallOptions): Promise<Tenant> {
    const request = messageOf(DisableTenantRequestSchema, { id });
    return plainOf(TenantSchema, await this.#connection.call(TenantService.method.disableTenant, request, options));
  }

  /** Lets a tenant in again, with what it had. */
  async enableTenant(id: string, options?: CallOptions): Promise<Tenant> {
    const request = messageOf(EnableTenantRequestSchema, { id });
    return plainOf(TenantSchema, await this.#connection.call(TenantService.method.enableTenant, request, options));
  }
}

export interface Purged {
  readonly deleted: number;
  readonly kept: number;
}

function issuedOf({ apiKey = create(ApiKeySchema), key }: CreateApiKeyResponse | RotateApiKeyResponse): IssuedApiKey {
  return { apiKey: plainOf(ApiKeySchema, apiKey), key };
}

/** In its JSON form. */
function durationOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : `${ms / 1_000}s`;
}

/** In its JSON form, which has camelCase; the protos' own names are taken too. */
function maskOf(paths: readonly string[] | undefined): string | undefined {
  return paths?.join(',').replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

async function* itemsOf<T>(pageAt: (pageToken: string) => Promise<Page<T>>): AsyncGenerator<T, void, undefined> {
  let pageToken = '';
  do {
    const { items, nextPageToken } = await pageAt(pageToken);
    yield* items;
    pageToken = nextPageToken;
  } while (pageToken !== '');
}

/** Only those that were there at first: what is redriven and fails again is HELD again, and there would be no end. */
async function untilNoneRemain(
  step: () => Promise<{ readonly done: number; readonly remaining: number }>,
  onProgress: ManyOptions['onProgress'],
): Promise<number> {
  let [total, wanted] = [0, Number.POSITIVE_INFINITY];
  while (true) {
    const { done, remaining } = await step();
    total += done;
    onProgress?.(total);
    wanted = Math.min(wanted, total + remaining);
    if (done === 0 || total >= wanted) return total;
  }
}

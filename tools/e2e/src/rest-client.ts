import { randomUUID } from 'node:crypto';
import type { AlertRecordJson } from '@vigie/dev-env/start';
import { waitFor } from '@vigie/dev-env/testing';

export interface AlertJson {
  readonly uid: string;
  readonly video: string;
  readonly timestamp: number;
  readonly store: string;
}

/** An alert that breaks no rule, for a video that nginx serves. */
export function newAlert(change: Partial<AlertJson> = {}): AlertJson {
  return {
    uid: randomUUID(),
    video: '/videos/mp4-faststart.mp4',
    timestamp: 1748871320.683412,
    store: 'store-42',
    ...change,
  };
}

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined if it is something else. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at it field by field
  readonly json: any;
}

export async function postJson(url: string, body: unknown): Promise<RestAnswer> {
  const headers = { 'content-type': 'application/json' };
  return answerOf(await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
}

export async function getJson(url: string): Promise<RestAnswer> {
  return answerOf(await fetch(url));
}

/** With an API key. */
export async function askAs(key: string, verb: string, url: string, body?: object): Promise<RestAnswer> {
  const response = await fetch(url, {
    method: verb,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return answerOf(response);
}

async function answerOf(response: Response): Promise<RestAnswer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return { status: response.status, headers: response.headers, json: isJson ? JSON.parse(text) : undefined };
}

export async function findAlert(gatewayUrl: string, uid: string): Promise<AlertRecordJson | undefined> {
  const { status, json } = await getJson(`${gatewayUrl}/v1/alerts/${uid}`);
  return status === 200 ? json : undefined;
}

/** The alert with its outcome, once there is one. */
export function finishedAlert(gatewayUrl: string, uid: string): Promise<AlertRecordJson> {
  return waitFor(`an outcome of ${uid}`, async () => {
    const record = await findAlert(gatewayUrl, uid).catch(() => undefined);
    return record === undefined || record.status === 'RECEIVED' ? undefined : record;
  });
}

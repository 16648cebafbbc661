/** @returns undefined if the URL answers 200, otherwise its answer */
export function httpNotReady(url: string): Promise<string | undefined> {
  return askReadiness(url, () => true);
}

/**
 * The same for a service that has to do all that it can do, not only what its readiness asks for: a gateway without
 * store-svc is ready.
 */
export function httpNotComplete(url: string): Promise<string | undefined> {
  return askReadiness(url, body => Object.values(JSON.parse(body).checks ?? {}).every(state => state === 'ok'));
}

async function askReadiness(url: string, isEnough: (body: string) => boolean): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    const body = await response.text();
    return response.ok && isEnough(body) ? undefined : `${url} answers ${response.status} ${body.trim()}`;
  } catch (error) {
    const { cause, message } = error as Error;
    return `${url}: ${cause instanceof Error ? cause.message : message}`;
  }
}

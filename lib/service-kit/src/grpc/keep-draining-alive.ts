import { subscribe } from 'node:diagnostics_channel';
import type { ClientHttp2Session, ClientHttp2Stream, Http2Session } from 'node:http2';
import { ping } from '../http-listener/ping.ts';

/**
 * Makes grpc-js's keepalive work on connections that a server drains: `session.ping` fails there, which grpc-js takes
 * for a dead server, so that it cuts the calls in flight (grpc-js 1.14, Node 24). Their sessions are known by their
 * streams alone.
 */
export function keepDrainingAlive(): void {
  const known = new WeakSet<Http2Session>();
  subscribe('http2.client.stream.created', message => {
    const { session } = (message as { readonly stream: ClientHttp2Stream }).stream;
    if (session === undefined || known.has(session)) return;
    known.add(session);
    replacePing(session as ClientHttp2Session);
  });
}

function replacePing(session: ClientHttp2Session): void {
  const original = session.ping.bind(session) as (...args: unknown[]) => boolean;
  const replaced = (...args: unknown[]): boolean => {
    const onAnswer = args.at(-1) as (error: Error | null, ms: number) => void;
    return session.closed ? ping(session, error => onAnswer(error, 0)) : original(...args);
  };
  Object.assign(session, { ping: replaced });
}

import type { IncomingMessage } from 'node:http';
import type { DescMessage, DescMethod, Message } from '@bufbuild/protobuf';
import { Code, type ConnectError } from '@connectrpc/connect';
import type { AdmittedCall } from '../../limits/admission.ts';
import { decodeBinary } from '../../limits/decode-binary.ts';
import { type Encoding, readEncoding } from '../../limits/inflate.ts';
import { plainMessage } from '../../limits/plain-message.ts';
import { readBody } from '../../limits/read-body.ts';
import {
  COMPRESSED_FLAG,
  ENVELOPE_HEAD_BYTES,
  type Envelope,
  readEnvelopes,
  splitEnvelopes,
} from '../../limits/read-envelopes.ts';
import type { RequestLimits } from '../../limits/request-limits.ts';
import { rpcError } from '../rpc-error.ts';

/** Reads the messages of a call's request, within the limits. */
export class RequestReader {
  readonly #request: IncomingMessage;
  readonly #schema: DescMessage;
  readonly #call: AdmittedCall;
  readonly #limits: RequestLimits;
  readonly #encoding: Encoding | undefined;

  /** @throws ConnectError UNIMPLEMENTED if the messages are compressed in a way that is unknown here */
  constructor(request: IncomingMessage, { input }: DescMethod, call: AdmittedCall, limits: RequestLimits) {
    this.#request = request;
    this.#schema = input;
    this.#call = call;
    this.#limits = limits;
    this.#encoding = readEncoding(request.headers['grpc-encoding']);
  }

  /** The only message. Its bytes are counted as in hand until the call is over. */
  async readOne(): Promise<Message> {
    const maxBodyBytes = this.#limits.maxBodyBytes + ENVELOPE_HEAD_BYTES;
    const body = await readBody(this.#request, this.#call, { ...this.#limits, maxBodyBytes });
    const [envelope, ...others] = splitEnvelopes(body);
    if (envelope === undefined || others.length > 0) throw notOne();
    return this.#decode(envelope);
  }

  /** Each message once it is there; no faster than they are asked for. */
  async *readEach(signal: AbortSignal): AsyncGenerator<Message> {
    for await (const envelope of readEnvelopes(this.#request, this.#call, this.#limits, signal)) {
      yield await this.#decode(envelope);
    }
  }

  async #decode({ flags, data }: Envelope): Promise<Message> {
    const isCompressed = (flags & COMPRESSED_FLAG) !== 0;
    const bytes = await plainMessage(data, isCompressed, this.#encoding, this.#call, this.#limits);
    return decodeBinary(this.#schema, bytes, this.#limits.decode, more => this.#call.takeBytes(more));
  }
}

function notOne(): ConnectError {
  return rpcError(Code.InvalidArgument, 'The call takes exactly one message.', { reason: 'NOT_ONE_MESSAGE' });
}

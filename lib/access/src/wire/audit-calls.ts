import { randomUUID } from 'node:crypto';
import { type DescMethod, getOption, hasOption } from '@bufbuild/protobuf';
import { Code, ConnectError, type Interceptor, type UnaryRequest } from '@connectrpc/connect';
import { audited } from '@vigie/proto/vigie/access/v1/scope_pb.ts';
import { codeNameOf, type ErrorTranslation, traceKey, translateErrors } from '@vigie/service-kit/grpc';
import type { AuditEvent } from '../audit-queue.ts';
import { PUBLIC } from '../scopes.ts';
import { identityOf } from './authorize-calls.ts';
import { scopeOf } from './method-scope.ts';
import { requestText } from './request-text.ts';

/** What `vigie.access.v1.audited` says. */
function isAudited(method: DescMethod): boolean {
  return hasOption(method, audited) && getOption(method, audited);
}

/**
 * Records each call of an audited method that was let in, once it has ended, well or not. Around all that may refuse
 * it. Of a public method only calls are kept that turned out to be somebody's: strangers must not fill the log.
 *
 * @param record - never throws
 * @param translation - of the server: with which code its errors end
 */
export function auditCalls(record: (event: AuditEvent) => void, translation: ErrorTranslation): Interceptor {
  const translate = translateErrors(translation);
  return next => {
    const call = translate(next);
    return async request => {
      if (!isAudited(request.method)) return next(request);
      if (request.stream) throw new Error(`${request.method.name} is audited and not unary`);
      const at = new Date();
      let code = 'OK';
      try {
        return await call(request);
      } catch (error) {
        code = codeNameOf(ConnectError.from(error, Code.Internal).code);
        throw error;
      } finally {
        const isStrangers =
          scopeOf(request.method) === PUBLIC && identityOf({ values: request.contextValues }).isAnonymous;
        if (!isStrangers) record(eventOf(request, at, code));
      }
    };
  };
}

function eventOf({ method, message, contextValues: values }: UnaryRequest, at: Date, code: string): AuditEvent {
  const { subject, tenant } = identityOf({ values });
  return {
    ...{ id: randomUUID(), at, subject, tenant, code },
    method: `${method.parent.typeName}/${method.name}`,
    request: requestText(method.input, message),
    traceId: values.get(traceKey)?.traceId ?? '',
  };
}

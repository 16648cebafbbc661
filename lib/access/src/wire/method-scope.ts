import { type DescMethod, getOption, hasOption } from '@bufbuild/protobuf';
import { scope } from '@vigie/proto/vigie/access/v1/scope_pb.ts';
import { isRequiredScope, type RequiredScope } from '../scopes.ts';

/** What `vigie.access.v1.scope` says. Undefined if it says nothing, or nothing that is known: nobody may call it. */
export function scopeOf(method: DescMethod): RequiredScope | undefined {
  const text = hasOption(method, scope) ? getOption(method, scope) : '';
  return isRequiredScope(text) ? text : undefined;
}

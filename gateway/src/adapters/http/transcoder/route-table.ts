import { methodNotAllowed, routeNotFound } from '../http-error.ts';
import type { HttpBinding } from './http-binding.ts';
import { type Capture, compareTemplates, matchPath } from './path-template.ts';

export interface Route {
  readonly binding: HttpBinding;
  readonly captures: readonly Capture[];
}

export class RouteTable {
  /** The most specific first. */
  readonly #bindings: readonly HttpBinding[];

  constructor(bindings: readonly HttpBinding[]) {
    this.#bindings = bindings.toSorted((a, b) => compareTemplates(a.template, b.template));
  }

  /** @throws HttpError 404 or 405, MalformedPathError */
  find(httpMethod: string, path: string): Route {
    const bindings = this.#bindingsFor(path);
    for (const binding of bindings) {
      if (!answers(binding, httpMethod)) continue;
      const captures = matchPath(binding.template, path);
      if (captures !== undefined) return { binding, captures };
    }
    const allowed = methodsOf(bindings, path);
    throw allowed.length > 0 ? methodNotAllowed(httpMethod, path, allowed) : routeNotFound(path);
  }

  /**
   * Those of the most specific template that fits, whatever their methods: `{id}` in another would take a verb for a
   * part of the id, and `me` for somebody's.
   */
  #bindingsFor(path: string): readonly HttpBinding[] {
    const best = this.#bindings.find(({ template }) => matchPath(template, path) !== undefined);
    if (best === undefined) return [];
    return this.#bindings.filter(({ template }) => compareTemplates(template, best.template) === 0);
  }
}

function methodsOf(bindings: readonly HttpBinding[], path: string): readonly string[] {
  const methods = bindings
    .filter(({ template }) => matchPath(template, path) !== undefined)
    .flatMap(binding => (answers(binding, 'HEAD') ? ['GET', 'HEAD'] : [binding.httpMethod]));
  return [...new Set(methods)].sort();
}

/** HEAD is GET without the body. Not for streams, which would never end. */
function answers(binding: HttpBinding, httpMethod: string): boolean {
  if (httpMethod === 'HEAD') return binding.httpMethod === 'GET' && binding.method.methodKind === 'unary';
  return binding.httpMethod === httpMethod;
}

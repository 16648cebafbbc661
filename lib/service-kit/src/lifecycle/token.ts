/**
 * The name under which a service's container binds a value of type T. A symbol at run time; the constructor in its type is
 * what tsyringe infers T from.
 */
export type Token<T> = symbol & (new (...args: never[]) => T);

export function token<T>(name: string): Token<T> {
  return Symbol(name) as Token<T>;
}

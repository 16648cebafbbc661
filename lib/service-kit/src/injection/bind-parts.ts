import 'reflect-metadata';
import { container, instanceCachingFactory } from 'tsyringe';

/** How each part of a service is made, by its name. Whatever a factory takes from `parts` is made before it. */
export type Bindings<Parts> = { readonly [Name in keyof Parts]: (parts: Parts) => Parts[Name] };

/**
 * Puts a service together. Each part is made once, when it is first used. One that is overridden is not made at all: a
 * spec passes its fakes of the ports.
 *
 * The names of `Parts` are the tokens, so the type is the only list of them.
 */
export function bindParts<Parts extends object>(bindings: Bindings<Parts>, overrides: Partial<Parts> = {}): Parts {
  const services = container.createChildContainer();
  const parts = {} as Parts;
  for (const name of Object.keys(bindings) as (keyof Parts & string)[]) {
    const override = overrides[name];
    if (override === undefined)
      services.register(name, { useFactory: instanceCachingFactory(() => bindings[name](parts)) });
    else services.register(name, { useValue: override });
    Object.defineProperty(parts, name, { enumerable: true, get: () => services.resolve(name) });
  }
  return parts;
}

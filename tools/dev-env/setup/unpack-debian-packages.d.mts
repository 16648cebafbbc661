export function unpackDebianPackages(names: readonly string[], suite?: string): Promise<string>;

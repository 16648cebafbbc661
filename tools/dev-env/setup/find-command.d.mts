export function findCommand(name: string): string | undefined;
export function isExecutable(file: string): boolean;

export function listWorkspaces(projectDir: string): string[];

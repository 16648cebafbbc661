export const PROJECT_DIR: string;
export const MACHINE_DIR: string;
export const SERVER_BIN_DIR: string;
export const SETUP_DIR: string;

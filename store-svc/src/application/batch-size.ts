/** Rows of one statement: larger ones are no faster and hold their locks longer. */
export const BATCH_SIZE = 500;

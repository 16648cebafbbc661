/** What the `user-agent` of calls between Vigie's services begins with. */
export const OWN_AGENT = 'vigie';

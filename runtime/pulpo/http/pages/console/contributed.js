// The sections that plugins bring: the server writes this module at start, and nothing is listed without plugins.
export const contributed = [];

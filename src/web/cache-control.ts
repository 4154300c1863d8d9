/** Kept by the client alone (reading may need a token), and asked about each time. */
export const REVALIDATED = 'private, no-cache';
/** Nothing else will ever be there. */
export const IMMUTABLE = 'private, max-age=31536000, immutable';
/** The same for what is everybody's. */
export const IMMUTABLE_PUBLIC = 'public, max-age=31536000, immutable';

/**
 * Where the API is when nobody says: the socket that `nva serve` opens by default.
 */
export const DEFAULT_API = 'unix:/run/nva/nva.sock';

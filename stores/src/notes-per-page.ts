/**
 * Finished streams in one page: so few that no page delays the other requests of the process, so
 * many that a cold start needs few.
 */
export const NOTES_PER_PAGE = 500

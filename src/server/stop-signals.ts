/** A closed terminal sends SIGHUP; what was started has to be stopped then too. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

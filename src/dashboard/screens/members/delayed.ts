import { useEffect, useState } from 'react';

/** The pause in typing after which the server is asked. */
export const TYPING_PAUSE_MS = 250;

/** The text at the last pause in typing. */
export function useDelayed(text: string): string {
  const [delayed, setDelayed] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return delayed;
}

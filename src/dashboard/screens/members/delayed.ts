import { useEffect, useState } from 'react';

/** How long typing must rest before the server is asked. */
export const TYPING_PAUSE_MS = 250;

/** A text as it was when typing last rested. */
export function useDelayed(text: string): string {
  const [delayed, setDelayed] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return delayed;
}

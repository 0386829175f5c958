import { useEffect, useState } from 'react';

let show: (text: string) => void = () => undefined;

/** Has screen readers announce a text that is shown elsewhere while the caller is (WCAG 4.1.3). */
export function useAnnouncement(text: string): void {
  useEffect(() => {
    show(text);
    return () => show('');
  }, [text]);
}

/** The place of the announcements; rendered once, because screen readers announce changes of a place they know. */
export function Announcer() {
  const [text, setText] = useState('');
  useEffect(() => {
    show = setText;
  }, []);
  return (
    <div className="visually-hidden" role="status">
      {text}
    </div>
  );
}

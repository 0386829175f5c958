import type { ReactNode } from 'react';

/** Texts of people may have 800 characters; up to this length, they are short enough for every place. */
const SHORT = 100;

/** The first lines of a long text, all of which the mouse shows; other content as it is. */
export function clipped(content: ReactNode): ReactNode {
  if (typeof content !== 'string' || content.length <= SHORT) return content;
  return (
    <div className="clipped" title={content}>
      {content}
    </div>
  );
}

import { useEffect } from 'react';

/** How many forms on the screen, outside dialogs, have something typed in that would be lost with the page. */
let forms = 0;

/** Says that a form on the screen has typed input, so that the page stays when the session ends. */
export function useUnsavedInput(isUnsaved: boolean): void {
  useEffect(() => {
    if (!isUnsaved) return;
    forms += 1;
    return () => {
      forms -= 1;
    };
  }, [isUnsaved]);
}

/** Whether a form on the screen has typed input. */
export function hasUnsavedInput(): boolean {
  return forms > 0;
}

import { type RefObject, useEffect } from 'react';

const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), textarea:not(:disabled)';

/** Calls back when the library has given the focus back to what had it, as it does in the next frame after a dialog. */
export function afterLibrary(callback: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(callback));
}

/** Whether nothing has the focus. */
export function isFocusNowhere(): boolean {
  return document.activeElement === document.body;
}

/** Moves the focus to the screen when it would be nowhere, as after a dialog that another dialog has opened. */
export function focusSomewhere(): void {
  afterLibrary(() => isFocusNowhere() && document.getElementById('main')?.focus());
}

/**
 * Moves the focus on when the element that has it is removed, such as the button of a row that the button deletes: to the
 * same button of the next row, else of the previous one, else to the heading of the panel.
 */
export function useKeptFocus(page: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const root = page.current;
    if (root === null) return;
    let last: HTMLElement | null = null;
    const remember = ({ target }: FocusEvent) => {
      last = target instanceof HTMLElement ? target : null;
    };
    // A click beside it takes the focus away from an element that stays.
    const forget = () =>
      afterLibrary(() => {
        if (last?.isConnected === true && isFocusNowhere()) last = null;
      });
    const observer = new MutationObserver((records) => {
      if (last === null || last.isConnected) return;
      const lost = last;
      last = null;
      const heir = heirOf(lost, records);
      afterLibrary(() => isFocusNowhere() && heir()?.focus());
    });
    observer.observe(root, { childList: true, subtree: true });
    root.addEventListener('focusin', remember);
    root.addEventListener('focusout', forget);
    return () => {
      observer.disconnect();
      root.removeEventListener('focusin', remember);
      root.removeEventListener('focusout', forget);
    };
  }, [page]);
}

/** Finds what takes the focus over from an element that was removed. @returns looks for it in the document as it is then */
function heirOf(lost: HTMLElement, records: readonly MutationRecord[]): () => HTMLElement | null {
  const removal = records.find(({ removedNodes }) => [...removedNodes].some((node) => node.contains(lost)));
  if (removal === undefined) return () => null;
  const { target, nextSibling, previousSibling, removedNodes } = removal;
  const [removed] = removedNodes;
  return () => {
    const rows = [...siblings(nextSibling, 'nextSibling'), ...siblings(previousSibling, 'previousSibling')];
    for (const row of rows) {
      if (!row.isConnected || row.nodeName !== removed?.nodeName) continue;
      const inside = [...row.querySelectorAll<HTMLElement>(FOCUSABLE)];
      const heir = inside.find(({ textContent }) => textContent === lost.textContent) ?? inside.at(-1);
      if (heir !== undefined) return heir;
    }
    return target instanceof Element ? focusableHeading(target) : null;
  };
}

function* siblings(first: Node | null, way: 'nextSibling' | 'previousSibling'): Generator<Element> {
  for (let node = first; node !== null; node = node[way]) if (node instanceof Element) yield node;
}

function focusableHeading(part: Element): HTMLElement | null {
  const heading = part.closest('section')?.querySelector('h2') ?? null;
  if (heading !== null) heading.tabIndex = -1;
  return heading;
}

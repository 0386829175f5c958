/**
 * Puts the cursor into the editor of queries as soon as there is one, so that Ctrl-Enter works without a click. GraphiQL
 * loads its editor after the page, and has no option for it.
 * @param playground the element in which GraphiQL is rendered
 */
export function focusEditorOnceLoaded(playground: HTMLElement): void {
  const observer = new MutationObserver(() => {
    const editor = playground.querySelector<HTMLElement>('.graphiql-query-editor [role="textbox"]');
    if (editor === null) return;
    observer.disconnect();
    // Who has gone elsewhere meanwhile, such as into the headers panel, stays there.
    if (document.activeElement === document.body) editor.focus();
  });
  observer.observe(playground, { childList: true, subtree: true });
}

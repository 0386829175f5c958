/**
 * Lets the browser save a file.
 * @param type the media type, such as `text/csv;charset=utf-8`
 */
export function download(name: string, text: string, type: string): void {
  save(name, new Blob([text], { type }));
}

/** Lets the browser save a file. */
export function save(name: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** How long the browser has to take a file over, in milliseconds. */
const PATIENCE = 10_000;

/** Gives a file to the person, as a download. */
export function save(content: BlobPart, fileName: string, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), PATIENCE);
}

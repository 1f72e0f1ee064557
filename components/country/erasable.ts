/** Whether the country file has said that this may be deleted with its data: `storage`, or `tenants/<name>`. */
export function isErasable(what: string, erase: readonly string[]): boolean {
  return erase.includes(what) || erase.includes("everything");
}

/** SHA-256 of frozen bands as JSON, hex: what a report prints so that a changed band is seen. */
export async function hashOfBands(bands: object): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(bands));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

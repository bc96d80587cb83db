/** A cell of CSV (RFC 4180). Spreadsheets execute a text that starts like a formula: it gets an apostrophe. */
export function csvCell(value: string | number): string {
  const text = String(value);
  const isFormula = /^[=@\t\r]/.test(text) || (/^[+-]/.test(text) && Number.isNaN(Number(text)));
  const safe = isFormula ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

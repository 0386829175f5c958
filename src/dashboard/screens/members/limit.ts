const MOST = 2_147_483_647;

/**
 * Reads a credit limit as people type it, with or without separators of thousands.
 * @returns null for anything but a whole number from 1 to 2,147,483,647
 */
export function limitFrom(text: string): number | null {
  const digits = text.trim().replaceAll(/[\s,.'’_]/g, '');
  if (!/^\d{1,10}$/.test(digits)) return null;
  // 1.5 and 1,50 do not have thousands separators: groups after the first have three digits.
  if (!/^\d+([\s,.'’_]\d{3})*$/.test(text.trim())) return null;
  const limit = Number(digits);
  return limit >= 1 && limit <= MOST ? limit : null;
}

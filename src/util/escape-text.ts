/**
 * `text` with everything escaped that a terminal would act on: control bytes (C0 but tab, DEL, C1) and the
 * characters that change the writing direction. Pushed text must never move a cursor or hide a name.
 */
export function escapeText(text: string): string {
  return text.replace(/(?!\t)[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (char) =>
    char.charCodeAt(0) < 0x100
      ? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
      : `\\u${char.charCodeAt(0).toString(16)}`,
  );
}

const NOT_ASCII = /[^\0-\x7f]/;
const NOT_ASCII_RUN = /[^\0-\x7f]+/g;

/**
 * The text in lower case and without accents: equal for two texts that differ in case, accents, the width of their
 * characters and the composition of their characters only.
 *
 * Removes marks U+0300..U+036F and variation selectors. Replaces letters without a decomposition like Lucene's
 * ASCIIFoldingFilter (ß ss, æ ae, ø o, ...), Greek variant letters by their plain form, and half-width and full-width
 * forms by the usual ones (ＡＢＣ abc, ｶﾞ ガ).
 * Runs of characters outside of ASCII are folded independently of each other. Line breaks stay where they are;
 * the length may change.
 */
export function foldText(text: string): string {
  const lower = text.toLowerCase();
  return NOT_ASCII.test(lower) ? lower.replace(NOT_ASCII_RUN, foldRun) : lower;
}

/**
 * The text without accents and in characters of the usual width, composed; letters keep their case and form. Folding
 * it gives the same as folding the text.
 */
export function foldMarks(text: string): string {
  return NOT_ASCII.test(text)
    ? text.replace(NOT_ASCII_RUN, (run) => bareCharacters(run).normalize('NFC'))
    : text;
}

/**
 * The text composed and in characters of the usual width; case and accents stay. A full-width slash stays, too: in a
 * path it separates nothing.
 */
export function usualForm(text: string): string {
  return NOT_ASCII.test(text) ? text.replace(OTHER_FORM_IN_PATH, usualCharacter).normalize('NFC') : text;
}

/** Marks that remain after decomposition, and variation selectors, which choose a glyph and never a letter. */
const DROPPED = /[\u0300-\u036f\ufe00-\ufe0f]/g;

/**
 * Replacements for lower case letters that have no decomposition. Source: Lucene's ASCIIFoldingFilter, for all letters
 * except those in circles and brackets; then Greek variants, as Unicode folds their case.
 */
const REPLACEMENTS: ReadonlyMap<string, string> = replacementsOf({
  a: 'ɐəɚᶏᶕᴀₐₔⱥẚ',
  aa: 'ꜳ',
  ae: 'æᴁᴂ',
  ao: 'ꜵ',
  au: 'ꜷ',
  av: 'ꜹꜻ',
  ay: 'ꜽ',
  b: 'ƀƃɓʙᴃᵬᶀ',
  c: 'ƈȼɕʗᴄↄꜿ',
  d: 'ðđƌȡɖɗᵭᶁᶑᴅᴆꝺ',
  db: 'ȸ',
  dz: 'ǆǳʣʥ',
  e: 'ǝɇɘɛɜɝɞᴇᶒᶓᶔₑⱸⱻʚᴈ',
  f: 'ƒᵮᶂꜰꝼꟻ',
  ff: 'ﬀ',
  ffi: 'ﬃ',
  ffl: 'ﬄ',
  fi: 'ﬁ',
  fl: 'ﬂ',
  g: 'ǥɠɡɢʛᵷᵹᶃꝿ',
  h: 'ħɥɦʜʮʯⱨⱶ',
  hv: 'ƕ',
  i: 'ıɨɪᴉᵢᵻᵼᶖⁱꟾ',
  ij: 'ĳ',
  j: 'ȷɉɟʄʝⱼᴊ',
  k: 'ƙʞᴋᶄⱪꝁꝃꝅ',
  l: 'ŀłƚȴɫɬɭʟᴌᶅⱡꝇꝉꞁ',
  lj: 'ǉ',
  ll: 'ỻ',
  ls: 'ʪ',
  lz: 'ʫ',
  m: 'ɯɰɱᴍᵯᶆꟽꟿ',
  n: 'ŉŋƞȵɲɳɴᴎᵰᶇⁿ',
  nj: 'ǌ',
  o: 'øɔɵᴏᴐᴖᴗᶗₒⱺꝋꝍ',
  oe: 'œɶᴔ',
  oo: 'ꝏ',
  ou: 'ȣᴕ',
  p: 'ƥᴘᵱᵽᶈꝑꝓꝕꟼ',
  q: 'ĸɋʠꝗꝙ',
  qp: 'ȹ',
  r: 'ɍɼɽɾɿʀʁᴙᴚᵣᵲᵳᶉꝛꞃ',
  s: 'ſȿʂᵴᶊꜱꞅẜẝ',
  ss: 'ß',
  st: 'ﬆ',
  t: 'ŧƫƭȶʇʈᴛᵵⱦ',
  tc: 'ʨ',
  th: 'þᵺꝧ',
  ts: 'ʦ',
  tz: 'ꜩ',
  u: 'ʉᴜᵤᵾᶙ',
  ue: 'ᵫ',
  v: 'ʋʌᴠᵥᶌⱱⱴꝟ',
  vy: 'ꝡ',
  w: 'ƿʍᴡⱳ',
  x: 'ᶍₓ',
  y: 'ƴɏʎʏỿ',
  z: 'ƶȝȥɀʐʑᴢᵶᶎⱬꝣ',
  0: '⁰₀',
  1: '¹₁',
  2: '²₂',
  3: '³₃',
  4: '⁴₄',
  5: '⁵₅',
  6: '⁶₆',
  7: '⁷₇',
  8: '⁸₈',
  9: '⁹₉',
  σ: 'ς',
  β: 'ϐ',
  ε: 'ϵ',
  θ: 'ϑ',
  κ: 'ϰ',
  π: 'ϖ',
  ρ: 'ϱ',
  φ: 'ϕ',
});
const REPLACED = new RegExp(`[${[...REPLACEMENTS.keys()].join('')}]`, 'g');

const foldedRuns = new Map<string, string>();

/** A run of characters outside of ASCII, already in lower case, folded. Most runs are one of few letters. */
function foldRun(run: string): string {
  if (run.length > 1) return foldCharacters(run);
  let folded = foldedRuns.get(run);
  if (folded === undefined) {
    folded = foldCharacters(run);
    foldedRuns.set(run, folded);
  }
  return folded;
}

function foldCharacters(run: string): string {
  // Composed again, so that Hangul and kana stay the characters that people see.
  return bareCharacters(run)
    .replace(REPLACED, (letter) => REPLACEMENTS.get(letter) ?? letter)
    .normalize('NFC');
}

/** A run of characters outside of ASCII, decomposed, without accents. */
function bareCharacters(run: string): string {
  return run.replace(OTHER_FORM, usualCharacter).normalize('NFD').replace(DROPPED, '');
}

/** Half-width and full-width forms; and the micro sign, which is a mu. */
const OTHER_FORM = /[\uff01-\uffee\u00b5]/g;
const OTHER_FORM_IN_PATH = /[\uff01-\uff0e\uff10-\uffee\u00b5]/g;

function usualCharacter(character: string): string {
  const code = character.charCodeAt(0);
  // NFKC would make conjoining jamo of half-width ones. The usual jamo stand in the same order, with gaps here.
  if (code === 0xffa0) return '\u3164';
  if (code > 0xffa0 && code <= 0xffbe) return String.fromCharCode(code - 0xffa1 + 0x3131);
  if (code >= 0xffc2 && code <= 0xffdc) return String.fromCharCode(0x314f + vowelNumber(code));
  return character.normalize('NFKC');
}

/** Half-width vowels stand in groups of six at every eighth place, from U+FFC2 on. */
function vowelNumber(code: number): number {
  const place = code - 0xffc0;
  return 6 * (place >> 3) + (place & 7) - 2;
}

function replacementsOf(table: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(
    Object.entries(table).flatMap(([replacement, letters]) =>
      Array.from(letters, (letter) => [letter, replacement] as const),
    ),
  );
}

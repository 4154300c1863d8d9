const NOT_ASCII = /[^\0-\x7f]/;
const NOT_ASCII_RUN = /[^\0-\x7f]+/g;

/**
 * The text in lower case and without accents: equal for two texts that differ in case and accents only.
 *
 * Removes marks U+0300..U+036F and variation selectors. Replaces letters without a decomposition like Lucene's
 * ASCIIFoldingFilter (ß ss, æ ae, ø o, ...), and Greek variant letters by their plain form.
 * Runs of characters outside of ASCII are folded independently of each other. Line breaks stay where they are;
 * the length may change.
 */
export function foldText(text: string): string {
  const lower = text.toLowerCase();
  return NOT_ASCII.test(lower) ? lower.replace(NOT_ASCII_RUN, foldRun) : lower;
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
  μ: 'µ',
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
  const bare = run.normalize('NFD').replace(DROPPED, '');
  // Composed again, so that Hangul and kana stay the characters that people see.
  return bare.replace(REPLACED, (letter) => REPLACEMENTS.get(letter) ?? letter).normalize('NFC');
}

function replacementsOf(table: Readonly<Record<string, string>>): Map<string, string> {
  const replacements = new Map<string, string>();
  for (const [replacement, letters] of Object.entries(table)) {
    for (const letter of letters) replacements.set(letter, replacement);
  }
  const digitsAndLetters = '0123456789abcdefghijklmnopqrstuvwxyz';
  for (const character of digitsAndLetters) {
    const offset = character < 'a' ? 0xff10 - 0x30 : 0xff41 - 0x61;
    replacements.set(String.fromCharCode(character.charCodeAt(0) + offset), character);
  }
  return replacements;
}

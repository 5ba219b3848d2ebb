/**
 * FNV-1a over a text's UTF-16 code units: a number below 2^32 that depends on the text alone. For
 * spreading and for telling a few texts apart; nothing that an adversary would gain by colliding.
 */
export function hash32(text: string, seed: number = 0): number {
  let hash = (0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1)) >>> 0;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash;
}

/** Three of them: tells the accounts or the like of one consent apart without naming them. */
export function fingerprintOf(text: string): string {
  return [0, 1, 2].map((seed) => hash32(text, seed).toString(36)).join('.');
}

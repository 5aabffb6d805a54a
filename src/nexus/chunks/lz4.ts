/**
 * LZ4's block format (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md), for blocks of up to 64 kB, which
 * every offset reaches across.
 */

const BLOCK_BYTES_MAX = 65_535;
const MATCH_BYTES_MIN = 4;
/** The last sequence is of literals alone, and so many bytes at least; a match begins no later than so many before. */
const LAST_LITERALS = 5;
const LAST_MATCH_BEFORE_END = 12;
/** What four bits of a token say; from 15 on more bytes follow. */
const NIBBLE_MAX = 15;
const HASH_BITS = 12;
/** Knuth's, as LZ4 itself takes it. */
const HASH_FACTOR = 2_654_435_761;
/** After so many places without a match (a power of two) each next step is one byte longer. */
const SKIP_TRIGGER = 6;

/** Fewer are copied faster one by one than by a call. */
const LOOP_BYTES_MAX = 32;

/** Where four bytes of this hash stood last, plus one. Shared: nothing here waits for anything. */
const places = new Uint16Array(1 << HASH_BITS);

/** The most bytes that a block can take. */
export function lz4Bound(byteCount: number): number {
  return byteCount + Math.ceil(byteCount / 255) + 16;
}

/**
 * Compresses `from` into `into` from `at` on; `into` has lz4Bound bytes there.
 * @param from 1 to BLOCK_BYTES_MAX bytes
 * @returns where the block ends in `into`
 */
export function lz4Compress(from: Uint8Array, into: Uint8Array, at: number): number {
  const { length } = from;
  if (length > BLOCK_BYTES_MAX) throw new RangeError(`${length} bytes are more than ${BLOCK_BYTES_MAX}`);
  const lastMatch = length - LAST_MATCH_BEFORE_END;
  const matchEnd = length - LAST_LITERALS;
  places.fill(0);
  let to = at;
  let anchor = 0;
  let position = 0;
  let tries = 1 << SKIP_TRIGGER;
  while (position <= lastMatch) {
    const word = from[position]! | from[position + 1]! << 8 | from[position + 2]! << 16 | from[position + 3]! << 24;
    const hash = Math.imul(word, HASH_FACTOR) >>> (32 - HASH_BITS);
    let match = places[hash]! - 1;
    places[hash] = position + 1;
    if (
      match < 0 ||
      word !== (from[match]! | from[match + 1]! << 8 | from[match + 2]! << 16 | from[match + 3]! << 24)
    ) {
      position += tries++ >> SKIP_TRIGGER;
      continue;
    }
    while (position > anchor && match > 0 && from[position - 1] === from[match - 1]) {
      position--;
      match--;
    }
    let end = position + MATCH_BYTES_MIN;
    for (let other = match + MATCH_BYTES_MIN; end < matchEnd && from[end] === from[other]; end++) other++;
    const offset = position - match;
    to = putSequence(into, to, {
      from,
      anchor,
      literals: position - anchor,
      matched: end - position - MATCH_BYTES_MIN,
    });
    into[to++] = offset & 0xff;
    into[to++] = offset >> 8;
    to = putLength(into, to, end - position - MATCH_BYTES_MIN);
    anchor = position = end;
    tries = 1 << SKIP_TRIGGER;
  }
  return putSequence(into, to, { from, anchor, literals: length - anchor, matched: 0 });
}

/** The token and the literals of a sequence. */
function putSequence(
  into: Uint8Array,
  at: number,
  of: { from: Uint8Array; anchor: number; literals: number; matched: number },
): number {
  const { from, anchor, literals, matched } = of;
  into[at] = Math.min(literals, NIBBLE_MAX) << 4 | Math.min(matched, NIBBLE_MAX);
  let to = putLength(into, at + 1, literals);
  if (literals > LOOP_BYTES_MAX) {
    into.set(from.subarray(anchor, anchor + literals), to);
    return to + literals;
  }
  for (let index = anchor; index < anchor + literals; index++) into[to++] = from[index]!;
  return to;
}

/** What of a length does not stand in the token. */
function putLength(into: Uint8Array, at: number, length: number): number {
  let left = length - NIBBLE_MAX;
  if (left < 0) return at;
  let to = at;
  for (; left >= 255; left -= 255) into[to++] = 255;
  into[to++] = left;
  return to;
}

/**
 * Decompresses a block into all of `into`.
 * @throws RangeError where the block is damaged or is of another length
 */
export function lz4Decompress(block: Uint8Array, into: Uint8Array): void {
  const { length } = block;
  let at = 0;
  let to = 0;
  while (at < length) {
    const token = block[at++]!;
    let literals = token >> 4;
    if (literals === NIBBLE_MAX) {
      let more = 255;
      for (; more === 255 && at < length; literals += more) more = block[at++]!;
    }
    if (at + literals > length || to + literals > into.length) {
      throw new RangeError("an LZ4 block has more literals than bytes");
    }
    if (literals > LOOP_BYTES_MAX) {
      into.set(block.subarray(at, at + literals), to);
      at += literals;
      to += literals;
    } else for (let left = literals; left > 0; left--) into[to++] = block[at++]!;
    if (at === length) break;
    const offset = block[at]! | block[at + 1]! << 8;
    at += 2;
    let matched = (token & NIBBLE_MAX) + MATCH_BYTES_MIN;
    if (matched === NIBBLE_MAX + MATCH_BYTES_MIN) {
      let more = 255;
      for (; more === 255 && at < length; matched += more) more = block[at++]!;
    }
    if (at > length || offset === 0 || offset > to || to + matched > into.length) {
      throw new RangeError("an LZ4 block refers beyond itself");
    }
    const end = to + matched;
    if (matched <= LOOP_BYTES_MAX) { for (; to < end; to++) into[to] = into[to - offset]!; }
    else {
      // What it refers to may reach into what it makes: the first copy gives the next one more to copy.
      for (let known = offset; to < end; known *= 2) {
        const bytes = Math.min(known, end - to);
        into.copyWithin(to, to - known, to - known + bytes);
        to += bytes;
      }
    }
  }
  if (to !== into.length) throw new RangeError(`an LZ4 block has ${to} of ${into.length} bytes`);
}

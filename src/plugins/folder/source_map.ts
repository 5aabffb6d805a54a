/**
 * Decodes the mappings of a source map, version 3 (tc39.es/ecma426), of one source. Deno 2.7, which the executable has
 * inside, does not export Node's SourceMap.
 */

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** By line: triples of column, source line and source column, all from 0, ascending by column. */
export function decodeMappings(mappings: string): number[][] {
  let sourceLine = 0;
  let sourceColumn = 0;
  return mappings.split(";").map((line) => {
    const triples: number[] = [];
    let column = 0;
    for (const segment of line.split(",")) {
      const [columnStep, , lineStep, sourceColumnStep] = decodeNumbers(segment);
      if (columnStep === undefined) continue;
      column += columnStep;
      if (lineStep === undefined || sourceColumnStep === undefined) continue; // made by the compiler, not in the source
      sourceLine += lineStep;
      sourceColumn += sourceColumnStep;
      triples.push(column, sourceLine, sourceColumn);
    }
    return triples;
  });
}

/** Each number comes in groups of five bits, the lowest first; its lowest bit is the sign. */
function decodeNumbers(segment: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of segment) {
    const digit = BASE64.indexOf(character);
    value |= (digit & 31) << shift;
    shift += 5;
    if ((digit & 32) !== 0) continue;
    numbers.push((value & 1) === 1 ? -(value >>> 1) : value >>> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}

/**
 * The ledger cannot be written: what it was asked to write waits. A file of its own: whoever only catches them opens
 * no ledger.
 */
export class LedgerError extends Error {
  override readonly name = "LedgerError";
}

/** The ledger's files are not what they should be: a person has to look at them. */
export class LedgerDamageError extends LedgerError {
  override readonly name = "LedgerError";
  readonly damage: LedgerDamage;

  constructor(damage: LedgerDamage) {
    super(`${textOfDamage(damage)}; run pewatch audit, then pewatch audit --repair`);
    this.damage = damage;
  }
}

export interface LedgerDamage {
  /** Name of the file. */
  readonly segment: string;
  /** From 1; 0 for the file as a whole. */
  readonly line: number;
  readonly problem: string;
}

function textOfDamage({ segment, line, problem }: LedgerDamage): string {
  return line === 0
    ? `the ledger is damaged: ${segment}: ${problem}`
    : `the ledger is damaged: ${segment}, line ${line}: ${problem}`;
}

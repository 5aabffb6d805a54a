/** What is wrong with a configuration: each place with its line, its key and what would be right. */

export interface ConfigurationProblem {
  /** Where the key or its table stands, from 1; null where it is no line of the file (a default, a whole file). */
  readonly line: number | null;
  readonly column?: number;
  /** With its table, "folders.output_root"; null where no single key is at fault. */
  readonly key: string | null;
  /** What is wrong and what would be right. */
  readonly message: string;
}

/** A configuration that cannot be used, with all that is wrong with it at once. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  /** The configuration's path, null for the defaults. */
  readonly file: string | null;
  readonly problems: readonly ConfigurationProblem[];

  constructor(file: string | null, problems: readonly ConfigurationProblem[]) {
    super(describe(file, problems));
    this.file = file;
    this.problems = problems;
  }
}

function describe(file: string | null, problems: readonly ConfigurationProblem[]): string {
  const lines = problems.map((problem) => `  ${describeProblem(file, problem)}`);
  return `Cannot use the configuration ${file ?? "(defaults)"}:\n${lines.join("\n")}`;
}

/** One line: file:line:column: key: what is wrong. Editors and terminals jump to that form. */
function describeProblem(file: string | null, problem: ConfigurationProblem): string {
  const place = [file ?? "default", problem.line, problem.column].filter((part) => part !== null && part !== undefined);
  const key = problem.key === null ? "" : `${problem.key}: `;
  return `${place.join(":")}: ${key}${problem.message}`;
}

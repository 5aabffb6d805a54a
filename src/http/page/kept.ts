/** What a person has chosen, kept in this browser. */
import { useCallback, useState } from "preact/hooks";

/** A state that survives the window; what is stored by another version and does not fit is left out. */
export function useKept<Values extends object>(
  name: string,
  first: Values,
): [Values, (change: Partial<Values>) => void] {
  const key = `pewatch.${name}`;
  const [values, setValues] = useState<Values>(() => ({ ...first, ...stored(key, first) }));
  const change = useCallback((part: Partial<Values>) =>
    setValues((before) => {
      const after = { ...before, ...part };
      try {
        localStorage.setItem(key, JSON.stringify(after));
      } catch {
        // A browser that keeps nothing: for this window only.
      }
      return after;
    }), [key]);
  return [values, change];
}

function stored<Values extends object>(key: string, first: Values): Partial<Values> {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<Values>;
    const known = Object.entries(found).filter(([name, value]) => typeof value === typeof first[name as keyof Values]);
    return Object.fromEntries(known) as Partial<Values>;
  } catch {
    return {};
  }
}

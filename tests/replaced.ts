/**
 * Puts another call in the place of one of Deno's, or of any object's, until the end of a scope.
 * @param make gives the replacement, from the call itself
 */
export function replaced<Owner extends object, Name extends keyof Owner>(
  owner: Owner,
  name: Name,
  make: (real: Owner[Name]) => Owner[Name],
): Disposable {
  const real = owner[name];
  owner[name] = make(real);
  return { [Symbol.dispose]: () => void (owner[name] = real) };
}

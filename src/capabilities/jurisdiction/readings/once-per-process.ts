/**
 * The same asynchronous function, done once for equal arguments (as JSON) in this process. What failed is forgotten, so
 * that a mended file is read again.
 */
export function oncePerProcess<Arguments extends readonly unknown[], T>(
  make: (...given: Arguments) => Promise<T>,
): (...given: Arguments) => Promise<T> {
  const memory = new Map<string, Promise<T>>();
  return (...given) => {
    const key = JSON.stringify(given);
    const known = memory.get(key);
    if (known !== undefined) return known;
    const making = make(...given);
    memory.set(key, making);
    making.catch(() => memory.delete(key));
    return making;
  };
}

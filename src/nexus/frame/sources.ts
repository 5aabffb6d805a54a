/** Where the numbers of a file come from: the configuration or the sidecar, each named with its value. */
import type { SidecarView } from "../../qxrd/view.ts";
import type { Sourced } from "../../geometry/geometry.ts";
import type { FrameFacts } from "./facts.ts";
import { type Attributes, field, type FieldOptions, type NexusField } from "../tree/tree.ts";

type Tables = Pick<FrameFacts["settings"], "beamline" | "source" | "detector" | "sample" | "user">;

/** A value of the configuration; null where it is not given. */
export function configured<T extends keyof Tables, K extends keyof Tables[T] & string>(
  facts: FrameFacts,
  table: T,
  key: K,
): Sourced<NonNullable<Tables[T][K]>> | null {
  const value = (facts.settings[table] as Tables[T])[key];
  if (value === undefined || value === null) return null;
  return { value, origin: `configuration [${table}] ${key}`, replaceable: true };
}

type MetadataKey = Exclude<keyof SidecarView, "centerfinder" | "problems">;

/** A value of the sidecar's `[metadata]`; `keys` are its names there, the older first. */
export function fromMetadata<K extends MetadataKey>(
  facts: Pick<FrameFacts, "sidecar" | "view">,
  property: K,
  keys: readonly [string, ...string[]],
): (Sourced<NonNullable<SidecarView[K]>> & { readonly key: string }) | null {
  const value = facts.view?.[property];
  if (value === undefined || value === null) return null;
  const key = keys.find((name) => facts.sidecar?.raw("metadata", name) !== undefined) ?? keys[0];
  return { value, origin: `sidecar [metadata] ${key}`, key };
}

/** The first that is known. */
export function firstOf<T>(...candidates: (Sourced<T> | null)[]): Sourced<T> | null {
  return candidates.find((candidate) => candidate !== null) ?? null;
}

/** Drops what is no measure: QXRD writes 0 for a distance, an energy or a pixel size that was never set. */
export function positive(sourced: Sourced<number> | null): Sourced<number> | null {
  return sourced !== null && Number.isFinite(sourced.value) && sourced.value > 0 ? sourced : null;
}

export function mapped<T, U>(sourced: Sourced<T> | null, convert: (value: T) => U): Sourced<U> | null {
  return sourced === null ? null : { ...sourced, value: convert(sourced.value) };
}

/** What pewatch puts in where neither the configuration nor the sidecar says better. */
export function assumed<T>(value: T, origin: string): Sourced<T> {
  return { value, origin, replaceable: true };
}

/** What a field says of where its value comes from. */
export function sourceOf({ origin, replaceable }: Sourced<unknown>): Pick<FieldOptions, "origin" | "replaceable"> {
  return { origin, ...replaceable && { replaceable } };
}

/** A number with its units and origin; null where it is not known. */
export function numberField(
  name: string,
  sourced: Sourced<number> | null,
  units?: string,
  more: { readonly attributes?: Attributes } = {},
): NexusField | null {
  if (sourced === null || !Number.isFinite(sourced.value)) return null;
  return field(name, sourced.value, { ...sourceOf(sourced), ...(units === undefined ? {} : { units }), ...more });
}

/** A whole number without units; null where it is not known or not whole. */
export function integerField(name: string, sourced: Sourced<number> | null): NexusField | null {
  if (sourced === null || !Number.isSafeInteger(sourced.value)) return null;
  return field(name, { integer: sourced.value }, sourceOf(sourced));
}

/** A text; null where it is not known or empty. */
export function textField(name: string, sourced: Sourced<string> | null): NexusField | null {
  return sourced === null || sourced.value === "" ? null : field(name, clean(sourced.value), sourceOf(sourced));
}

/** A C string ends at its first NUL, so a NUL is shown by its sign. */
export function clean(text: string): string {
  return text.replaceAll("\0", "\u2400");
}

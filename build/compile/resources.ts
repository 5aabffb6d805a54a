/**
 * resources.ts EXECUTABLE VERSION: gives a Windows executable its icon and what Explorer shows under "Details".
 *
 * Done when `deno compile` has ended: its payload is a resource too, and newer versions of it write all resources anew.
 */
import { Data, NtExecutable, NtExecutableResource, Resource } from "resedit";
import { drawIcon } from "./icon.ts";

/** US English and Unicode: what Windows falls back to. */
const LANGUAGE = { lang: 1033, codepage: 1200 } as const;
const ICON_GROUP = 1;
/** RGBA. */
const BITS_PER_PIXEL = 32;
/** RT_RCDATA, and the name that Deno's start-up code asks Windows for. */
const PAYLOAD = { type: 10, id: "D3N0L4ND" } as const;

/** @throws {Error} where the executable has no payload of Deno's */
function withResources(executable: Uint8Array, version: string): Uint8Array {
  const image = NtExecutable.from(executable);
  const resources = NtExecutableResource.from(image);
  if (!resources.entries.some((entry) => entry.type === PAYLOAD.type && entry.id === PAYLOAD.id)) {
    throw new Error("Cannot set the icon: the executable was not made by deno compile");
  }
  Resource.IconGroupEntry.replaceIconsForResource(
    resources.entries,
    ICON_GROUP,
    LANGUAGE.lang,
    drawIcon().map(({ size, png }) => Data.RawIconItem.from(png, size, size, BITS_PER_PIXEL)),
  );
  const info = Resource.VersionInfo.createEmpty();
  info.lang = LANGUAGE.lang;
  info.fixedInfo.fileOS = 0x40004; // VOS_NT_WINDOWS32
  info.fixedInfo.fileType = 1; // VFT_APP
  info.setFileVersion(version, LANGUAGE.lang);
  info.setProductVersion(version, LANGUAGE.lang);
  info.setStringValues(LANGUAGE, {
    FileDescription: "pewatch: frames of an X-ray detector with their metadata",
    ProductName: "pewatch",
    InternalName: "pewatch",
    OriginalFilename: "pewatch.exe",
    LegalCopyright: "LGPL-3.0-or-later",
  });
  info.outputToResourceEntries(resources.entries);
  resources.outputResource(image);
  return new Uint8Array(image.generate());
}

if (import.meta.main) {
  const [path, version] = Deno.args as [string, string];
  Deno.writeFileSync(path, withResources(Deno.readFileSync(path), version));
}

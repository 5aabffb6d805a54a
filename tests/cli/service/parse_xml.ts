/** Python's XML parser: what it makes of a file. */
import assert from "node:assert/strict";

export interface XmlElement {
  /** "{namespace}name". */
  readonly tag: string;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
}

const SCRIPT = `
import json, sys
import xml.etree.ElementTree as tree
def plain(e):
    return {"tag": e.tag, "text": e.text or "", "attributes": e.attrib, "children": [plain(c) for c in e]}
print(json.dumps(plain(tree.fromstring(sys.stdin.buffer.read()))))
`;

export async function parseXml(bytes: Uint8Array): Promise<XmlElement> {
  const command = Deno.env.get("PEWATCH_PYTHON") ?? "python3";
  const child = new Deno.Command(command, { args: ["-c", SCRIPT], stdin: "piped", stdout: "piped", stderr: "piped" })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(bytes);
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** The only element below of this name, whatever its namespace. */
export function find(element: XmlElement, name: string): XmlElement {
  const found = all(element).filter(({ tag }) => bare(tag) === name);
  assert.equal(found.length, 1, `${name} is there ${found.length} times`);
  return found[0]!;
}

export function childNames(element: XmlElement): string[] {
  return element.children.map(({ tag }) => bare(tag));
}

function all(element: XmlElement): XmlElement[] {
  return element.children.flatMap((child) => [child, ...all(child)]);
}

function bare(tag: string): string {
  return tag.replace(/^\{.*\}/, "");
}

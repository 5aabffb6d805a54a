/** The table of the layout, the trees of frames and of masters, and the rules for parameters say the same. */
import assert from "node:assert/strict";
import { FIELDS, type GroupPath, GROUPS, isIn, type Profile } from "../../src/config/names/nexus_layout.ts";
import { packed } from "../../src/nexus/series/packed_parameters.ts";
import type { FrameMembers } from "../../src/nexus/series/series_frame.ts";
import { buildMasterTree } from "../../src/nexus/series/series_tree.ts";
import type { NexusGroup, NexusNode } from "../../src/nexus/tree/tree.ts";
import { parsePlace } from "../../src/parameters/path.ts";
import { sample } from "../qxrd/samples.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { darkAt, factsWith, layoutOfBytes, nodeAt, NXMX, settingsWith, treeOf } from "./frame.ts";

interface Row {
  readonly owner: "pewatch" | "open";
  readonly master: string;
  readonly only?: "master";
  readonly nxClass?: string;
  readonly fields?: readonly string[] | "any";
}

const ROWS: Readonly<Record<string, Row>> = { ...GROUPS, ...FIELDS };

const KNOWN = settingsWith({
  beamline: {
    name: "P02.1",
    short_name: "P02.1",
    energy_kev: 60,
    flux_per_s: 1e12,
    polarization: 0.9,
    experiment_identifier: "E1",
    proposal_title: "P",
    title: "T",
  },
  source: { name: "PETRA III", short_name: "P3", type: "Synchrotron", probe: "x-ray", energy_gev: 6, current_ma: 100 },
  detector: {
    description: "d",
    local_name: "l",
    type: "t",
    serial_number: "s",
    distance_mm: 300,
    x_pixel_size_um: 200,
    y_pixel_size_um: 200,
    beam_center_x_px: 8,
    beam_center_y_px: 8,
    tilt_deg: 1,
    tilt_plane_rotation_deg: 2,
    sensor_material: "CsI",
    sensor_thickness_um: 500,
    bit_depth_readout: 16,
    gain_setting: "g",
    saturation_value: 65535,
  },
  sample: { name: "CeO2", description: "d", chemical_formula: "Ce O2", temperature_k: 300, pressure_gpa: 1 },
  user: {
    name: "n",
    role: "r",
    affiliation: "a",
    address: "a",
    telephone_number: "1",
    email: "e@example.org",
    facility_user_id: "f",
    orcid: "0000-0002-1825-0097",
  },
});
const UINT16 = layoutOfBytes(makeTiff({ bits: 16, format: 1 }));
const type = { class: "float", size: 4, order: "little" } as const;
const RICH = {
  overflow: Uint32Array.of(0),
  referenceDark: darkAt(
    "/dark.tif",
    makeTiff(),
    "[metadata]\nexposureTime=1\nsummedExposures=2\ncameraGain=1\nreadoutMode=1\nhBinning=1\nvBinning=1\n",
  ),
  imageName: "CeO2-00001.tif",
  // As of a raw frame, which has a saturation value.
  sidecarText: new TextDecoder().decode(sample("2017-00001.tif").bytes).replace(/^dataType=.*$/m, "dataType=1")
    .replace(/^summedExposures=.*$/m, "summedExposures=1"),
  sidecarProblem: "a problem",
  layout: UINT16,
  checksum: true,
  notes: ["a note"],
  parameters: [{ name: "p", value: 1, time: new Date(0) }],
} as const;
/** Turned about the beam, which no other source says of a detector. */
const ROLLED = {
  calibration: {
    origin: "configuration [detector] poni (a.poni)",
    poni: { pixel1: 2e-4, pixel2: 2e-4, dist: 0.3, poni1: 1e-3, poni2: 1e-3, rot1: 0.1, rot2: 0.1, rot3: 0.2 },
    wavelength_m: 2e-11,
    shape: null,
  },
  note: null,
};

/** Trees with everything that a frame's file can have, by profile. */
const TREES: Readonly<Record<Profile, readonly NexusGroup[]>> = { base: treesOf("base"), nxmx: treesOf("nxmx") };

function treesOf(profile: Profile): NexusGroup[] {
  const settings = { ...KNOWN, nexus: { ...KNOWN.nexus, profile } };
  const darkPlan = { way: "strips", type, path: "/dark.tif", strips: [] } as const;
  const unset = settingsWith({ ...NXMX, nexus: { profile } });
  return [
    treeOf(factsWith({ ...RICH, settings }), { darkPlan }),
    treeOf(factsWith({ ...RICH, settings: unset, calibration: ROLLED }), { darkPlan }),
    treeOf(factsWith({ sidecarText: RICH.sidecarText, settings })),
  ];
}

function entryOf(tree: NexusGroup): NexusGroup {
  return tree.children[0] as NexusGroup;
}

/** Below the entry, each with the group that it is in; not what a sidecar or parameters decide. */
function* nodesBelow(group: NexusGroup, path: string): Generator<[path: string, parent: string, node: NexusNode]> {
  for (const child of group.children) {
    const own = path === "" ? child.name : `${path}/${child.name}`;
    yield [own, path, child];
    if (child.kind === "group" && ROWS[own]?.fields !== "any") yield* nodesBelow(child, own);
  }
}

/** Checks a tree's nodes against the table, and notes in `met` which rows they are of. */
function assertListed(entry: NexusGroup, met: Set<string>): void {
  met.add("");
  for (const [path, parent, node] of nodesBelow(entry, "")) {
    met.add(path);
    if (node.kind === "group") {
      assert.equal(ROWS[path]?.nxClass, node.attributes["NX_class"], `group ${path}`);
    } else if (node.kind !== "external" || !(path in GROUPS)) {
      const fields = ROWS[parent]?.fields ?? [];
      assert.ok(
        (path in FIELDS) !== fields.includes(node.name),
        `${path} stands once in src/config/names/nexus_layout.ts`,
      );
    }
  }
}

/** All paths of the table. */
function listed(): string[] {
  const inGroups = Object.entries(GROUPS as Record<string, Row>).flatMap(([path, { fields = [] }]) =>
    fields === "any" ? [] : fields.map((name) => `${path}/${name}`)
  );
  return [...Object.keys(ROWS), ...inGroups];
}

function masterOf(frame: NexusGroup, members: FrameMembers = membersOf(frame)): NexusGroup {
  const image = {
    type,
    height: 16,
    width: 16,
    countTime_s: 1,
    startTime: "2026-01-01T00:00:00.000+01:00",
    endTime: "2026-01-01T00:00:01.000+01:00",
    parameters: packed([{ name: "p", path: "/entry/instrument/parameters/p", value: 1, units: null }]),
    geometry: { detector: "", wavelength: null },
    place: null,
  } as const;
  const first = { file: "P-00001.nxs", series: "P", number: 1, phase: -1, collision: -1, image };
  const slots = [{ number: 1, frame: first }, { number: 2, frame: null }];
  return buildMasterTree({
    series: "P",
    slots,
    members,
    notes: ["x: skipped"],
    now: new Date(0),
    hdf5Version: "1.10.8",
  });
}

function membersOf(tree: NexusGroup): FrameMembers {
  const groups = ["entry", "entry/instrument", "entry/instrument/detector"].map((path) => {
    const group = nodeAt(tree, path) as NexusGroup;
    const names = group.children.map(({ name }) => name);
    return [path, { nxClass: String(group.attributes["NX_class"]), names }] as const;
  });
  return new Map(groups);
}

Deno.test("what frames' files and masters have is what the table lists, no more and no less", () => {
  const met = new Set<string>();
  for (const tree of Object.values(TREES).flat()) assertListed(entryOf(tree), met);
  const ofFrames = new Set(met);
  for (const tree of TREES.base) {
    const master = entryOf(masterOf(tree));
    assertListed(master, met);
  }
  assert.deepEqual(listed().filter((path) => !met.has(path)), []);
  const ofMaster = listed().filter((path) => !ofFrames.has(path));
  assert.deepEqual(ofMaster, ["frames", "frames/file_name", "frames/start_time", "frames/time", "data/present"]);
});

Deno.test("a profile's files have what the table gives to it, and nothing of the other's", () => {
  for (const profile of ["base", "nxmx"] as const) {
    const paths = new Set(TREES[profile].flatMap((tree) => [...nodesBelow(entryOf(tree), "")].map(([path]) => path)));
    for (const path of [...Object.keys(GROUPS), ...Object.keys(FIELDS)] as (GroupPath | keyof typeof FIELDS)[]) {
      if (ROWS[path]!.only === "master" || path === "") continue;
      const below = (/^(instrument\/)?source(?=\/)/.exec(path)?.[0] ?? path) as GroupPath;
      assert.equal(paths.has(path), isIn(profile, below), `${path} in ${profile}`);
    }
  }
});

Deno.test("a master has of each member of a frame what the table says", () => {
  for (const profile of ["base", "nxmx"] as const) {
    const frame = TREES[profile][0]!;
    const master = masterOf(frame);
    for (const group of ["", "instrument", "instrument/detector"]) {
      const at = group === "" ? "entry" : `entry/${group}`;
      for (const { name } of (nodeAt(frame, at) as NexusGroup).children) {
        const path = group === "" ? name : `${group}/${name}`;
        const node = nodeAt(master, `${at}/${name}`);
        const how = ROWS[path]!.master;
        if (how === "made") assert.notEqual(node?.kind ?? "nothing", "external", path);
        else if (how === "differs" || how === "in instrument") assert.equal(node, undefined, path);
        else assert.equal(node?.kind, "external", path);
      }
    }
    assert.equal(nodeAt(master, "entry/instrument/source")?.kind, "external", profile);
  }
});

Deno.test("no parameter takes a place of pewatch's own; elsewhere a field says where it comes from", () => {
  for (const tree of Object.values(TREES).flat()) {
    for (const [path, parent, node] of nodesBelow(entryOf(tree), "")) {
      const place = parsePlace(`/entry/${path}`);
      const row = ROWS[path] ?? ROWS[parent]!;
      if (row.owner === "pewatch") {
        assert.equal(typeof place, "string", path);
        assert.equal(typeof parsePlace(`/entry/${path}/x`), "string", path);
      } else if (node.kind === "group") {
        assert.equal(typeof place, "string", path);
        assert.equal(
          typeof parsePlace(`/entry/${path}:NXcollection/x`),
          row.nxClass === "NXcollection" ? "object" : "string",
        );
        assert.equal(typeof parsePlace(`/entry/${path}/x`), "object", path);
      } else if (row.fields !== "any") {
        assert.equal(node.kind, "field", path);
        const origin = node.kind === "field" ? node.attributes["origin"] : undefined;
        assert.equal(typeof origin, "string", `${path} is open and does not say where it comes from`);
        assert.equal(typeof place, "object", path);
      }
    }
  }
});

Deno.test("a master's default plot has the series as its title", () => {
  const title = nodeAt(masterOf(TREES.base[0]!), "entry/data/title");
  assert.ok(title?.kind === "field" && title.value === "P");
});

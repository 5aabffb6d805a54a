/** Turns what is known of a frame into the tree of its NeXus file. Pure: it reads no file and asks no clock. */
import { type Geometry, missingFor } from "../../geometry/geometry.ts";
import { geometryOf } from "../../geometry/geometry_of.ts";
import { type BeamFacts, beamFacts, beamGroup, monochromatorGroup, sourceGroup } from "./beam.ts";
import { detectorGroup } from "./detector/detector.ts";
import { frameProcess, sampleGroup } from "./entry_parts.ts";
import { frameNumber, identityOf, totalExposure } from "./detector/exposure.ts";
import { PLACE_IN_SERIES, SERIES_FIELD } from "./series_field.ts";
import type { FrameFacts } from "./facts.ts";
import { absolute, isIn, type Profile } from "../../config/names/nexus_layout.ts";
import { mappedReadings } from "./mapped_values.ts";
import { plotGroup, rootGroup } from "../common_groups.ts";
import { placeParameters } from "./parameter_tree.ts";
import { userGroup } from "./people.ts";
import { assumed, clean, configured, firstOf, fromMetadata, numberField, sourceOf, textField } from "./sources.ts";
import { momentOf } from "./time/moment.ts";
import { formatMoment, formatOffset, formatUtc, type Moment } from "../../time/iso_time.ts";
import { type Attributes, field, groupAt, type ImagePlan, type NexusGroup, type NexusNode } from "../tree/tree.ts";

/** Of the profile nxmx. */
const DEFINITION = "NXmx";
/** Of the definition itself, in definitions 2026.01. */
const DEFINITION_VERSION = "1.8";

const MS_PER_S = 1000;

export interface BuildOptions {
  /** Null: the file has no image. */
  readonly plan: ImagePlan | null;
  readonly darkPlan: ImagePlan | null;
  /** In addition to the facts' own. */
  readonly notes: readonly string[];
  readonly now: Date;
  readonly hdf5Version: string;
}

/** The tree of one frame's file; src/config/names/nexus_layout.ts lists what stands where. */
export function buildTree(facts: FrameFacts, options: BuildOptions): NexusGroup {
  const { now, hdf5Version } = options;
  const making = { now, hdf5Version, timeZone: facts.timeZone };
  return rootGroup(nexusName(facts.imageName), entryGroup(facts, options), making);
}

/** "P-00001.tif" gives "P-00001.nxs". */
function nexusName(imageName: string): string {
  return `${imageName.replace(/\.tiff?$/i, "")}.nxs`;
}

function entryGroup(facts: FrameFacts, options: BuildOptions): NexusGroup {
  const geometry = geometryOfFrame(facts);
  const beam = beamFacts(geometry);
  const end = momentOf(facts);
  const notes = [...facts.notes, ...options.notes, ...viewProblems(facts), ...geometry.notes, ...end.notes];
  const wanted = facts.settings.nexus.profile === "nxmx";
  const lacking = wanted ? missingForNxmx(facts, { options, beam, geometry }) : [];
  const isNxmx = wanted && lacking.length === 0;
  if (lacking.length > 0) notes.push(`profile base instead of nxmx: ${lacking.join(", ")} not known`);
  const profile = isNxmx ? "nxmx" : "base";
  const measured = groupAt("", {
    attributes: options.plan === null ? {} : { default: "data" },
    children: [
      isIn(profile, "definition")
        ? field("definition", DEFINITION, { attributes: { version: DEFINITION_VERSION } })
        : null,
      ...about(facts),
      ...times(facts, { end, profile }),
      isIn(profile, "source") ? sourceGroup(facts) : null,
      instrumentGroup(facts, options, { beam, geometry, end, profile }),
      sampleGroup(facts, profile),
      userGroup(facts),
    ],
  });
  const readings = [...mappedReadings(facts, new Date(end.time_ms)), ...facts.parameters];
  const { entry, notes: displaced, places } = placeParameters(measured, readings, { timeZone: facts.timeZone });
  const process = frameProcess(facts, { notes: [...notes, ...displaced], places }, options.now);
  return { ...entry, children: [...entry.children, process, ...(options.plan === null ? [] : [dataGroup(facts)])] };
}

export function geometryOfFrame({ settings, view, layout, calibration }: FrameFacts): Geometry {
  const { detector, beamline } = settings;
  const { note = null } = calibration ?? {};
  const geometry = geometryOf({
    detector,
    beamline,
    view,
    calibration: calibration?.calibration ?? null,
    image: layout,
  });
  return note === null ? geometry : { ...geometry, notes: [note, ...geometry.notes] };
}

/** A known key of the sidecar whose value cannot be used is reported, as it would be missed otherwise. */
function viewProblems(facts: FrameFacts): string[] {
  return (facts.view?.problems ?? []).map(({ key, line, text }) =>
    `sidecar line ${line}${key === "" ? "" : `, ${key}`}: ${text}`
  );
}

/** What NXmx calls required and nobody has said: a file must not claim a definition that it does not keep. */
function missingForNxmx(
  facts: FrameFacts,
  known: { options: BuildOptions; beam: BeamFacts; geometry: Geometry },
): string[] {
  const { options, beam, geometry } = known;
  const { beamline, source, detector } = facts.settings;
  const needed = {
    "[beamline] name": beamline.name,
    "[source] name": source.name,
    "[detector] sensor_material": detector.sensor_material,
    "[detector] sensor_thickness_um": detector.sensor_thickness_um,
  };
  return [
    ...(options.plan === null ? ["image"] : []),
    ...(totalExposure(facts) === null ? ["exposure time"] : []),
    ...(beam.wavelength_angstrom === null ? ["wavelength"] : []),
    ...missingFor(geometry),
    ...Object.entries(needed).flatMap(([name, value]) => value === undefined ? [name] : []),
  ];
}

/** Of the entry and of its default plot, where programs look for a heading. */
function titleField(facts: FrameFacts): NexusNode | null {
  const title = fromMetadata(facts, "title", ["title"]);
  const named = title === null || title.value === "" ? assumed(facts.imageName, "file name") : title;
  return textField("title", firstOf(configured(facts, "beamline", "title"), named));
}

function about(facts: FrameFacts): (NexusNode | null)[] {
  const version = fromMetadata(facts, "qxrdVersion", ["qxrdVersion", "version"]);
  const attributes: Attributes = version === null ? {} : { version: clean(version.value) };
  return [
    titleField(facts),
    textField(
      "experiment_identifier",
      firstOf(configured(facts, "beamline", "experiment_identifier"), configured(facts, "beamline", "proposal")),
    ),
    textField("experiment_description", configured(facts, "beamline", "proposal_title")),
    seriesField(facts),
    facts.view === null ? null : field("program_name", clean(facts.view.creator ?? "QXRD"), { attributes }),
  ];
}

/** The series that the frame belongs to, and its place in it; the series' master is put together by this. */
function seriesField(facts: FrameFacts): NexusNode | null {
  const { series, counter, phase, collision } = identityOf(facts);
  if (series === null || facts.dark) return null;
  return field(SERIES_FIELD, clean(series), {
    attributes: {
      [PLACE_IN_SERIES.number]: { integer: counter! },
      ...phase === null ? {} : { [PLACE_IN_SERIES.phase]: { integer: phase } },
      ...collision === null ? {} : { [PLACE_IN_SERIES.collision]: { integer: collision } },
    },
  });
}

/** QXRD notes when it had processed a frame; the exposure ended before, by a time that it does not note. */
function times(facts: FrameFacts, { end, profile }: { end: Moment; profile: Profile }): (NexusNode | null)[] {
  const exposure = totalExposure(facts);
  const start = exposure === null ? null : { ...end, time_ms: end.time_ms - exposure.value * MS_PER_S };
  // NXmx wants UTC, and an end_time only where the end itself was observed.
  const format = profile === "nxmx" ? ({ time_ms }: Moment) => formatUtc(time_ms) : formatMoment;
  return [
    start === null ? null : field("start_time", format(start), { origin: `${end.origin}, less collection_time` }),
    ...(["end_time", "end_time_estimated"] as const).filter((name) => isIn(profile, name)).map((name) =>
      field(name, format(end), { origin: end.origin })
    ),
    numberField("collection_time", exposure, "s"),
  ];
}

function instrumentGroup(
  facts: FrameFacts,
  options: BuildOptions,
  known: { beam: BeamFacts; geometry: Geometry; end: Moment; profile: Profile },
): NexusGroup {
  const { beam, geometry, end, profile } = known;
  const name = configured(facts, "beamline", "name");
  const shortName = configured(facts, "beamline", "short_name");
  const attributes: Attributes = shortName === null ? {} : { short_name: shortName.value };
  return groupAt("instrument", {
    children: [
      name === null ? null : field("name", name.value, { ...sourceOf(name), attributes }),
      // In the base profile each time has its offset, and NXinstrument knows no zone.
      isIn(profile, "instrument/time_zone")
        ? field("time_zone", formatOffset(end.offset_min), { origin: end.origin })
        : null,
      isIn(profile, "instrument/source") ? sourceGroup(facts) : null,
      monochromatorGroup(beam),
      beamGroup(facts, beam),
      detectorGroup(facts, {
        geometry,
        plan: options.plan,
        darkPlan: options.darkPlan,
      }),
    ],
  });
}

function dataGroup(facts: FrameFacts): NexusGroup {
  const number = frameNumber(facts)?.value ?? 0;
  return plotGroup({
    title: titleField(facts),
    numbers: Int32Array.of(Number.isSafeInteger(number) && number < 2 ** 31 ? number : 0),
    width: facts.layout!.width,
    height: facts.layout!.height,
    data: { kind: "link", name: "data", target: absolute("instrument/detector/data") },
  });
}

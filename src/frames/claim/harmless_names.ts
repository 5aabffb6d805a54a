/**
 * Companions with endings that another program runs. Whatever begins with an image's name goes with the image, and
 * the output may be a folder that somebody watches: a start menu, profile.d, a plugins folder. So a companion whose
 * last ending is one of these is delivered with HARMLESS_ENDING behind its name; its content stays as it is. A file
 * of its own: the list is a rule of safety, shared by the output, the quarantine and the search for delivered sets.
 */

const HARMLESS_ENDING = ".inert";

/**
 * What Windows runs (the default of PATHEXT, installers, scripts, shortcuts, what Explorer reads in a folder that it
 * shows), what Unix shells, launchers, service managers and schedulers run, and what programs load from a plugins folder.
 */
const RUN_ENDINGS: ReadonlySet<string> = new Set(
  [
    "exe com bat cmd vbs vbe js jse wsf wsh msc scr pif cpl msi msp mst msix appx appref-ms application gadget hta jar",
    "ps1 ps1xml ps2 psc1 psm1 psd1 reg inf scf lnk url library-ms search-ms settingcontent-ms theme themepack job chm hlp",
    "ini sys drv ocx dll xll wll xlam xlsm docm dotm pptm",
    "sh bash zsh csh ksh fish command desktop service timer path socket mount rules conf cron run out appimage deb rpm",
    "so dylib mjs cjs ts mts cts py pyw pyc pth pl rb lua php cgi class",
  ].join(" ").split(" "),
);

/** The name itself, or where its ending is one that is run, with a harmless ending behind it. */
export function harmlessName(name: string): string {
  // Windows drops dots and spaces at the end, and a stream's name.
  const seen = name.toLowerCase().replace(/:.*$/s, "").replace(/[. ]+$/, "");
  const ending = seen.slice(seen.lastIndexOf(".") + 1);
  return seen.includes(".") && RUN_ENDINGS.has(ending) ? name + HARMLESS_ENDING : name;
}

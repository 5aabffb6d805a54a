/** Mouse, pen and fingers on a canvas: wheel and two fingers zoom, a drag moves. */
export interface PointerActions {
  /** Places are in CSS pixels from the canvas's middle. */
  readonly zoom: (factor: number, at: readonly [number, number]) => void;
  readonly move: (dx: number, dy: number) => void;
  /** Null where no pointer is over it. */
  readonly hover: (at: readonly [number, number] | null) => void;
  readonly toggle: () => void;
}

export function watchPointers(canvas: HTMLCanvasElement, actions: PointerActions): void {
  const pointers = new Map<number, PointerEvent>();
  const placeOf = ({ clientX, clientY }: MouseEvent): [number, number] => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [clientX - left - width / 2, clientY - top - height / 2];
  };
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    actions.zoom(
      Math.exp(-event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 0.05 : 0.0016)),
      placeOf(event),
    );
    actions.hover(placeOf(event));
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, event);
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (before !== undefined) {
      const other = [...pointers.values()].find(({ pointerId }) => pointerId !== event.pointerId);
      if (other === undefined) actions.move(event.clientX - before.clientX, event.clientY - before.clientY);
      else actions.zoom(apart(event, other) / Math.max(1, apart(before, other)), placeOf(event));
      pointers.set(event.pointerId, event);
    }
    actions.hover(placeOf(event));
  });
  for (const end of ["pointerup", "pointercancel"] as const) {
    canvas.addEventListener(end, (event) => void pointers.delete(event.pointerId));
  }
  canvas.addEventListener("pointerleave", () => actions.hover(null));
  canvas.addEventListener("dblclick", actions.toggle);
}

function apart(a: PointerEvent, b: PointerEvent): number {
  return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
}

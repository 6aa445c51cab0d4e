const CENTRE = 56;
const RADIUS = 48;
const WIDTH = 15;

/** Width and height of the drawing, in its own units. */
export const DOUGHNUT_SIZE = 2 * CENTRE;

/**
 * A ring with a share filled clockwise from the top, as SVG elements in a square of `DOUGHNUT_SIZE`. Its two colours
 * must differ in lightness, not only in hue.
 * @param percent whole per cents, 0 to 100.
 */
export function doughnutRing(percent: number, colours: Readonly<{ share: string; rest: string }>): string {
  const circle = (stroke: string) =>
    `<circle cx="${CENTRE}" cy="${CENTRE}" r="${RADIUS}" fill="none" stroke="${stroke}" stroke-width="${WIDTH}"/>`;
  if (percent <= 0) return circle(colours.rest);
  if (percent >= 100) return circle(colours.share);

  // An arc cannot end where it began; 0 and 100 are whole circles above.
  const angle = (percent / 100) * 2 * Math.PI;
  const x = (CENTRE + RADIUS * Math.sin(angle)).toFixed(2);
  const y = (CENTRE - RADIUS * Math.cos(angle)).toFixed(2);
  const large = percent > 50 ? 1 : 0;
  const arc = `M${CENTRE} ${CENTRE - RADIUS}A${RADIUS} ${RADIUS} 0 ${large} 1 ${x} ${y}`;
  return (
    circle(colours.rest) + `<path d="${arc}" fill="none" stroke="${colours.share}" stroke-width="${WIDTH}"/>`
  );
}

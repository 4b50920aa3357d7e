import { encode } from "uqr";
import styles from "./ui.module.css";

/** A text as a picture to scan. Always dark on light, which is what cameras look for. */
export function QrCode({
  text,
  label,
  correction = "L",
}: {
  text: string;
  label: string;
  /** How much of it may be lost: L for a screen, M for paper, which folds and stains. */
  correction?: "L" | "M";
}) {
  const { data, size } = encode(text, { ecc: correction, border: 4 });
  const path = data
    .flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join("");
  return (
    <svg className={styles.qr} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  );
}

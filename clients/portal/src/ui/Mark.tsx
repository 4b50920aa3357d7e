/** The sign of MedChain. */
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" fill="var(--accent)" />
      <path
        d="M13 7h6v6h6v6h-6v6h-6v-6H7v-6h6z"
        fill="none"
        stroke="var(--on-accent)"
        strokeWidth="2.2"
        strokeLinejoin="round"
      />
      <circle cx="16" cy="16" r="2.2" fill="var(--on-accent)" />
    </svg>
  );
}

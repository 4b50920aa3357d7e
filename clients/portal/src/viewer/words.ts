/** What the viewer says. Whoever opens a link has no account, so the catalogue of the portal is not loaded. */
const en = {
  title: "Shared records",
  intro: "A patient has shared these records with you. They are decrypted in your browser.",
  name: "Your name or institution",
  nameHint: "The patient sees who opened the records, and when.",
  passcode: "Passcode",
  open: "Open",
  opening: "Opening, this takes some seconds",
  download: "Download",
  record: (number: number) => `Record ${number}`,
  remains: (time: string) => `The link can be opened for another ${time}.`,
  ended: "The link has ended.",
  malformed: "This is not a complete link. Copy the whole of it, or scan the code again.",
  inactive: "This link cannot be opened. It may have ended, be used up, taken back or locked. Ask the patient for another.",
  unavailable: "The records cannot be reached now. Try again in a moment.",
  unreadable: "What the link leads to cannot be read. Ask the patient for another link.",
  wrongPasscode: (left: number) => `The passcode is needed, or was wrong. Attempts left: ${left}.`,
  busy: (seconds: number) => `There were too many requests. Try again in ${seconds} seconds.`,
  preview: {
    title: "Preview",
    loading: "Drawing the preview",
    none: "There is no preview of this kind of document. Download it to see it.",
    damaged: "The document cannot be drawn. Download it to see it.",
    source: "As it was written",
    page: (page: number) => `Page ${page}`,
  },
};

const de: typeof en = {
  title: "Geteilte Unterlagen",
  intro: "Eine Patientin oder ein Patient hat diese Unterlagen mit Ihnen geteilt. Sie werden in Ihrem Browser entschlüsselt.",
  name: "Ihr Name oder Ihre Einrichtung",
  nameHint: "Die Patientin oder der Patient sieht, wer die Unterlagen wann geöffnet hat.",
  passcode: "Kennwort",
  open: "Öffnen",
  opening: "Wird geöffnet, das dauert einige Sekunden",
  download: "Herunterladen",
  record: (number: number) => `Unterlage ${number}`,
  remains: (time: string) => `Der Link lässt sich noch ${time} öffnen.`,
  ended: "Der Link ist abgelaufen.",
  malformed: "Der Link ist nicht vollständig. Kopieren Sie ihn ganz, oder scannen Sie den Code noch einmal.",
  inactive:
    "Dieser Link lässt sich nicht öffnen. Er kann abgelaufen, aufgebraucht, zurückgenommen oder gesperrt sein. Bitten Sie um einen neuen.",
  unavailable: "Die Unterlagen sind im Moment nicht erreichbar. Versuchen Sie es gleich noch einmal.",
  unreadable: "Worauf der Link zeigt, ist nicht lesbar. Bitten Sie um einen neuen.",
  wrongPasscode: (left: number) => `Das Kennwort fehlt oder war falsch. Verbleibende Versuche: ${left}.`,
  busy: (seconds: number) => `Es waren zu viele Anfragen. Versuchen Sie es in ${seconds} Sekunden noch einmal.`,
  preview: {
    title: "Vorschau",
    loading: "Die Vorschau wird gezeichnet",
    none: "Von dieser Art Dokument gibt es keine Vorschau. Laden Sie es herunter.",
    damaged: "Das Dokument lässt sich nicht zeichnen. Laden Sie es herunter.",
    source: "Im Wortlaut",
    page: (page: number) => `Seite ${page}`,
  },
};

export const language = navigator.language.startsWith("de") ? "de" : "en";
export const words = language === "de" ? de : en;

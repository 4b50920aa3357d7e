import { Fragment, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Loading, Notice } from "./basics";
import { readableFhir } from "./fhir";
import styles from "./ui.module.css";

export interface PreviewWords {
  readonly title: string;
  readonly loading: string;
  readonly none: string;
  readonly damaged: string;
  /** What a document in words is made from, as it was written. */
  readonly source: string;
  readonly page: (page: number) => string;
}

/** How much of a text is shown. */
const TEXT_MAX = 512 * 1024;
const PDF_PAGES_MAX = 50;
const TEXT_ALT_MAX = 20_000;

/**
 * A document drawn inside a frame whose sandbox allows no scripts, forms or navigation. What cannot be drawn safely is
 * not drawn: it can be downloaded.
 */
export function Preview({
  document: blob,
  mediaType,
  words,
}: {
  document: Blob;
  mediaType: string;
  words: PreviewWords;
}) {
  const kind = kindOf(mediaType);
  if (kind === "none") {
    return <Notice tone="info" title={words.none} />;
  }
  return (
    <SandboxedFrame title={words.title} tall={kind === "pdf"}>
      {kind === "image" ? <ImagePreview blob={blob} words={words} /> : null}
      {kind === "text" ? <TextPreview blob={blob} words={words} json={/json/.test(mediaType)} /> : null}
      {kind === "pdf" ? <PdfPreview blob={blob} words={words} /> : null}
    </SandboxedFrame>
  );
}

function kindOf(mediaType: string): "image" | "text" | "pdf" | "none" {
  const type = mediaType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (/^image\/(png|jpeg|gif|webp|avif|bmp|svg\+xml)$/.test(type)) {
    return "image";
  }
  if (type === "application/pdf") {
    return "pdf";
  }
  return /^text\/(plain|csv|markdown|xml|html)$/.test(type) || /[/+](json|xml)$/.test(type) ? "text" : "none";
}

function SandboxedFrame({ title, tall, children }: { title: string; tall: boolean; children: ReactNode }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [body, setBody] = useState<HTMLElement | null>(null);
  useEffect(() => {
    const inner = frame.current?.contentDocument;
    if (inner === null || inner === undefined) {
      return;
    }
    inner.documentElement.lang = document.documentElement.lang;
    inner.title = title;
    inner.body.style.margin = "0";
    inner.body.style.padding = "12px";
    inner.body.style.background = "#ffffff";
    inner.body.style.color = "#16292b";
    inner.body.style.font = "15px/1.5 system-ui, sans-serif";
    setBody(inner.body);
  }, [title]);
  return (
    <>
      <iframe
        ref={frame}
        className={styles.frame}
        title={title}
        sandbox="allow-same-origin"
        style={tall ? { aspectRatio: "1 / 1.46", maxHeight: "85vh" } : { height: "60vh" }}
      />
      {body === null ? null : createPortal(children, body)}
    </>
  );
}

function useObjectUrl(blob: Blob): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return url;
}

function ImagePreview({ blob, words }: { blob: Blob; words: PreviewWords }) {
  const url = useObjectUrl(blob);
  const [damaged, setDamaged] = useState(false);
  if (damaged) {
    return <p role="alert">{words.damaged}</p>;
  }
  return url === null ? null : (
    <img src={url} alt={words.title} style={{ maxWidth: "100%", height: "auto" }} onError={() => setDamaged(true)} />
  );
}

function TextPreview({ blob, words, json }: { blob: Blob; words: PreviewWords; json: boolean }) {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    let ended = false;
    void blob
      .slice(0, TEXT_MAX)
      .text()
      .then((read) => !ended && setText(read));
    return () => {
      ended = true;
    };
  }, [blob]);
  const parsed = useMemo(() => (json && text !== null ? parse(text) : undefined), [json, text]);
  if (text === null) {
    return <Loading label={words.loading} />;
  }
  const resources = parsed === undefined ? null : readableFhir(parsed, document.documentElement.lang);
  const source = (
    <pre tabIndex={0} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere", margin: 0 }}>
      {parsed === undefined ? text : JSON.stringify(parsed, null, 2)}
    </pre>
  );
  return resources === null || resources.length === 0 ? (
    source
  ) : (
    <>
      {resources.map(({ title, rows }, at) => (
        <section key={at} style={{ marginBottom: "1.2rem" }}>
          <h3 style={{ margin: "0 0 0.4rem", fontSize: "1.05rem" }}>{title}</h3>
          <dl style={FHIR_ROWS}>
            {rows.map(([label, said]) => (
              <Fragment key={label}>
                <dt style={{ color: "#4c6264" }}>{label}</dt>
                <dd style={{ margin: 0, overflowWrap: "anywhere", minWidth: 0 }}>{said}</dd>
              </Fragment>
            ))}
          </dl>
        </section>
      ))}
      <details>
        <summary>{words.source}</summary>
        {source}
      </details>
    </>
  );
}

const FHIR_ROWS = {
  display: "grid",
  gridTemplateColumns: "fit-content(35%) 1fr",
  gap: "0.25rem 1rem",
  margin: 0,
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function PdfPreview({ blob, words }: { blob: Blob; words: PreviewWords }) {
  const holder = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<"loading" | "drawn" | "damaged">("loading");
  const label = useRef(words.page);
  label.current = words.page;
  useEffect(() => {
    let ended = false;
    const urls: string[] = [];
    const draw = async () => {
      const { openPdf } = await import("./pdf");
      const pdf = await openPdf(new Uint8Array(await blob.arrayBuffer()));
      for (let number = 1; number <= Math.min(pdf.numPages, PDF_PAGES_MAX) && !ended; number += 1) {
        const page = await pdf.getPage(number);
        const viewport = page.getViewport({ scale: 1.5 });
        const canvas = document.createElement("canvas");
        canvas.width = viewport.width;
        canvas.height = viewport.height;
        await page.render({ canvas, viewport }).promise;
        const { items } = await page.getTextContent();
        const text = items.map((item) => ("str" in item ? item.str : "")).join(" ");
        const drawn = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
        if (ended || drawn === null) {
          return;
        }
        // A canvas shows nothing in a frame without scripts: the page goes there as an image.
        const image = document.createElement("img");
        const url = URL.createObjectURL(drawn);
        urls.push(url);
        image.src = url;
        image.alt = `${label.current(number)} ${text}`.slice(0, TEXT_ALT_MAX);
        image.style.maxWidth = "100%";
        image.style.display = "block";
        image.style.margin = "0 auto 12px";
        image.style.border = "1px solid #d5dfdf";
        holder.current?.append(holder.current.ownerDocument.adoptNode(image));
      }
      if (!ended) {
        setState("drawn");
      }
    };
    const shown = holder.current;
    draw().catch(() => !ended && setState("damaged"));
    return () => {
      ended = true;
      for (const url of urls) {
        URL.revokeObjectURL(url);
      }
      shown?.replaceChildren();
    };
  }, [blob]);
  return (
    <>
      {state === "loading" ? <p role="status">{words.loading}</p> : null}
      {state === "damaged" ? <p role="alert">{words.damaged}</p> : null}
      <div ref={holder} />
    </>
  );
}
